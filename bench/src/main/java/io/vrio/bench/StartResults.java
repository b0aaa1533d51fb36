// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** All starts that were measured, to be asked for spreads. */
record StartResults(
        Map<String, String> environment, List<StartMeasurement> measurements, long badSectorCount) {

    /** In the order in which they were started. */
    List<String> alternatives() {
        return measurements.stream().map(StartMeasurement::alternative).distinct().toList();
    }

    List<String> roles(String alternative) {
        return runs(alternative).findFirst().orElseThrow().daemons().stream()
                .map(DaemonStart::role)
                .toList();
    }

    private Stream<StartMeasurement> runs(String alternative) {
        return measurements.stream().filter(run -> run.alternative().equals(alternative));
    }

    Spread spread(String alternative, ToDoubleFunction<StartMeasurement> value) {
        return Spread.of(runs(alternative).mapToDouble(value));
    }

    Spread daemon(String alternative, String role, ToDoubleFunction<DaemonStart> value) {
        return spread(alternative, run -> value.applyAsDouble(run.daemon(role)));
    }

    long errorCount() {
        return measurements.stream().mapToLong(StartMeasurement::errorCount).sum();
    }

    boolean isRight() {
        return badSectorCount == 0 && errorCount() == 0;
    }
}
