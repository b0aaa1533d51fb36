// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.bench.Spread;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;

/**
 * What one operation costs.
 *
 * @param part what was measured, by the name of its class without its ending
 * @param operation its method, and the values of its parameters
 * @param ns of each measured second
 * @param bytes of garbage for each operation
 */
record MicroCost(String part, String operation, List<Double> ns, double bytes) {
    private static final String ENDING = "Micro";

    static MicroCost of(RunResult run) {
        BenchmarkParams params = run.getParams();
        String[] names = params.getBenchmark().split("\\.");
        String part = names[names.length - 2];
        String values =
                params.getParamsKeys().stream()
                        .map(key -> " " + params.getParam(key))
                        .collect(Collectors.joining());
        List<Double> ns =
                run.getBenchmarkResults().stream()
                        .map(BenchmarkResult::getIterationResults)
                        .flatMap(iterations -> iterations.stream())
                        .map(iteration -> iteration.getPrimaryResult().getScore())
                        .toList();
        double bytes = run.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
        return new MicroCost(
                part.substring(0, part.length() - ENDING.length()).toLowerCase(),
                names[names.length - 1] + values,
                ns,
                bytes);
    }

    Spread spread() {
        return Spread.of(ns.stream().mapToDouble(Double::doubleValue));
    }
}
