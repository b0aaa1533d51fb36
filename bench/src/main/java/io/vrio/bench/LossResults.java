// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** All that was measured at several rates of loss, to be asked for shares and percentiles. */
record LossResults(
        Map<String, String> environment,
        List<LossMeasurement> measurements,
        long verifiedSectorCount,
        List<String> failures,
        List<WarmUps.End> warmUps) {
    private static final double NS_PER_US = 1e3;

    Stream<LossMeasurement> runs(double lossPercent, String row, String alternative) {
        return measurements.stream()
                .filter(run -> run.lossPercent() == lossPercent)
                .filter(run -> run.row().equals(row))
                .filter(run -> run.alternative().equals(alternative));
    }

    Spread rate(double lossPercent, String row, String alternative) {
        return Spread.of(
                runs(lossPercent, row, alternative)
                        .mapToDouble(LossMeasurement::requestsPerSecond));
    }

    /** Of the alternative's own lossless rate in the same round. */
    Spread share(double lossPercent, String row, String alternative) {
        return Spread.of(
                runs(lossPercent, row, alternative)
                        .mapToDouble(run -> run.requestsPerSecond() / lossless(run)));
    }

    private double lossless(LossMeasurement run) {
        return runs(0, run.row(), run.alternative())
                .filter(other -> other.round() == run.round())
                .mapToDouble(LossMeasurement::requestsPerSecond)
                .findFirst()
                .orElseThrow();
    }

    /** Of the requests of all rounds together. */
    double percentileUs(double lossPercent, String row, String alternative, double percentile) {
        Histogram all =
                runs(lossPercent, row, alternative)
                        .map(LossMeasurement::latenciesNs)
                        .reduce(
                                (first, second) -> {
                                    Histogram sum = first.copy();
                                    sum.add(second);
                                    return sum;
                                })
                        .orElseThrow();
        return all.getValueAtPercentile(percentile) / NS_PER_US;
    }

    long requests(double lossPercent, String row, String alternative) {
        return runs(lossPercent, row, alternative).mapToLong(LossMeasurement::requestCount).sum();
    }

    Resends resends(double lossPercent, String row, String alternative) {
        return runs(lossPercent, row, alternative)
                .map(LossMeasurement::resends)
                .reduce(new Resends(0, 0, 0), Resends::plus);
    }
}
