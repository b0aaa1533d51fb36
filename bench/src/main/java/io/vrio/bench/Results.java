// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** All that a campaign measured, to be asked for spreads and ratios. */
record Results(
        Map<String, String> environment,
        String reference,
        List<Measurement> measurements,
        List<DaemonMemory> memory,
        long verifiedSectorCount,
        List<String> failures,
        List<WarmUps.End> warmUps) {

    Stream<Measurement> runs(double lossPercent, String row, String alternative) {
        return measurements.stream()
                .filter(run -> run.lossPercent() == lossPercent)
                .filter(run -> run.row().equals(row))
                .filter(run -> run.alternative().equals(alternative));
    }

    boolean has(double lossPercent, String row, String alternative) {
        return runs(lossPercent, row, alternative).findAny().isPresent();
    }

    Spread spread(
            double lossPercent,
            String row,
            String alternative,
            ToDoubleFunction<Measurement> value) {
        return Spread.of(runs(lossPercent, row, alternative).mapToDouble(value));
    }

    /** Alternative by reference, of the pairs that ran one after the other. */
    Spread ratio(
            double lossPercent,
            String row,
            String alternative,
            ToDoubleFunction<Measurement> value) {
        return Spread.of(
                runs(lossPercent, row, alternative).flatMapToDouble(run -> pairRatio(run, value)));
    }

    private DoubleStream pairRatio(Measurement run, ToDoubleFunction<Measurement> value) {
        return runs(run.lossPercent(), run.row(), reference)
                .filter(other -> other.round() == run.round())
                .mapToDouble(other -> value.applyAsDouble(run) / value.applyAsDouble(other));
    }
}
