// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.Spread;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** All that was measured, to be asked for spreads. */
record GrowthResults(Map<String, String> environment, List<GrowthRun> runs) {
    private Stream<GrowthRun> runs(Growth growth, int size) {
        return runs.stream()
                .filter(run -> run.growth().equals(growth.title()))
                .filter(run -> run.size() == size);
    }

    /** The sizes that were measured. */
    List<Integer> sizes(Growth growth) {
        return growth.sizes().stream()
                .filter(size -> runs(growth, size).findAny().isPresent())
                .toList();
    }

    Spread spread(Growth growth, int size, ToDoubleFunction<GrowthRun> value) {
        return Spread.of(runs(growth, size).mapToDouble(value));
    }

    /** One size by another, of the runs of the same round. */
    Spread ratio(Growth growth, int from, int to, ToDoubleFunction<GrowthRun> value) {
        return Spread.of(
                runs(growth, to)
                        .flatMapToDouble(
                                run ->
                                        runs(growth, from)
                                                .filter(other -> other.round() == run.round())
                                                .mapToDouble(
                                                        other ->
                                                                value.applyAsDouble(run)
                                                                        / value.applyAsDouble(
                                                                                other))));
    }

    /** The rows of all tables. */
    List<GrowthRow> rows() {
        return Arrays.stream(Growth.values()).flatMap(growth -> rows(growth).stream()).toList();
    }

    List<GrowthRow> rows(Growth growth) {
        return sizes(growth).stream().map(size -> GrowthRow.of(this, growth, size)).toList();
    }

    /** What each device beyond the first has cost, in each round. */
    Spread kibPerDevice(ToLongFunction<GrowthRun> kib) {
        List<Integer> sizes = sizes(Growth.DEVICES);
        int first = sizes.get(0);
        int last = sizes.get(sizes.size() - 1);
        int added = last - first;
        return Spread.of(
                runs(Growth.DEVICES, last)
                        .flatMapToDouble(
                                run ->
                                        runs(Growth.DEVICES, first)
                                                .filter(other -> other.round() == run.round())
                                                .mapToLong(kib)
                                                .mapToDouble(
                                                        before ->
                                                                (kib.applyAsLong(run) - before)
                                                                        / (double) added)));
    }
}
