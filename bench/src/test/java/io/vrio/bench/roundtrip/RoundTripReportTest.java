// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RoundTripReportTest {
    @Test
    void shouldCompareRunsOfTheSameRound() {
        // The pairs are 1.5, 1.1 and 1.2; the ratio of the medians would be 1.
        RoundTripReport report = report(new double[] {100, 10, 10}, new double[] {150, 11, 12});
        Spread ratio = report.ratio();
        assertEquals(1.1, ratio.min(), 1e-9);
        assertEquals(1.2, ratio.median(), 1e-9);
        assertEquals(1.5, ratio.max(), 1e-9);
    }

    @Test
    void shouldJudgeByTheMedianOfThePairs() {
        assertTrue(report(100, 118).verdict().startsWith("reached "), "1.18 is what is wanted");
        assertTrue(report(100, 119).verdict().startsWith("MISSED "), "1.19 is more");
    }

    @Test
    void shouldShowBothWaysWithTheirDaemons() {
        String table = report(100, 150).table();
        assertTrue(table.contains("| 100.0 / 100.0 / 100.0 | 9 | 99 | 1 | 2.0 (5.0) | - |"), table);
        assertTrue(table.contains("| 2.0 + 3.0 (5.0) | 1.50 / 1.50 / 1.50 |"), table);
    }

    private static RoundTripReport report(double local, double remote) {
        return report(new double[] {local}, new double[] {remote});
    }

    private static RoundTripReport report(double[] local, double[] remote) {
        List<RoundTrips> runs = new ArrayList<>();
        for (int round = 0; round < local.length; round++) {
            runs.add(run("vrio-local", round, local[round], Map.of("vrio local", 2.0)));
            Map<String, Double> both = new LinkedHashMap<>();
            both.put("vrio server", 2.0);
            both.put("vrio iohyp", 3.0);
            runs.add(run("vrio", round, remote[round], both));
        }
        return new RoundTripReport(RoundTripWay.LOCAL, RoundTripWay.REMOTE, runs);
    }

    private static RoundTrips run(
            String way, int round, double p50Us, Map<String, Double> daemonCpuUs) {
        return new RoundTrips(way, round, 1000, 1, p50Us, 9, 99, daemonCpuUs, 5);
    }
}
