// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import io.vrio.bench.Spread;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** All that a campaign measured, to be asked for spreads and ratios. */
record NetResults(
        Map<String, String> environment,
        List<NetMeasurement> measurements,
        List<String> verified,
        List<String> failures) {

    Stream<NetMeasurement> runs(NetRow row, NetAlternative alternative) {
        return measurements.stream()
                .filter(run -> run.row().equals(row.title()))
                .filter(run -> run.alternative().equals(alternative.title()));
    }

    Spread spread(NetRow row, NetAlternative alternative, ToDoubleFunction<NetMeasurement> value) {
        return Spread.of(runs(row, alternative).mapToDouble(value));
    }

    /** Ours by the reference, of the pairs that ran one after the other. */
    Spread ratio(NetRow row) {
        return Spread.of(
                runs(row, NetAlternative.VRIO).flatMapToDouble(run -> pairRatio(row, run)));
    }

    private DoubleStream pairRatio(NetRow row, NetMeasurement run) {
        return runs(row, row.reference())
                .filter(other -> other.round() == run.round())
                .mapToDouble(other -> run.value() / other.value());
    }
}
