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
        Spread ratio = report.ratio(RoundTripWay.REMOTE);
        assertEquals(1.1, ratio.min(), 1e-9);
        assertEquals(1.2, ratio.median(), 1e-9);
        assertEquals(1.5, ratio.max(), 1e-9);
    }

    @Test
    void shouldJudgeByTheMedianOfThePairs() {
        assertTrue(verdict(report(100, 118)).startsWith("reached "), "1.18 is what is wanted");
        assertTrue(verdict(report(100, 119)).startsWith("MISSED "), "1.19 is more");
    }

    @Test
    void shouldShowBothWaysWithTheirDaemons() {
        String table = report(100, 150).table();
        assertTrue(table.contains("| 100.0 / 100.0 / 100.0 | 9 | 99 | 1 | 2.0 (5.0) | - |"), table);
        assertTrue(table.contains("| 2.0 + 3.0 (5.0) | 1.50 / 1.50 / 1.50 |"), table);
    }

    @Test
    void shouldCompareEachWayWithTheFirst() {
        List<RoundTripWay> ways =
                List.of(RoundTripWay.LOCAL, RoundTripWay.REMOTE, RoundTripWay.XDP);
        RoundTripReport report =
                new RoundTripReport(
                        ways,
                        List.of(
                                run("vrio-local", 0, 100, Map.of()),
                                run("vrio", 0, 150, Map.of()),
                                run("vrio-xdp", 0, 110, Map.of())));
        assertEquals(1.5, report.ratio(RoundTripWay.REMOTE).median(), 1e-9);
        assertEquals(1.1, report.ratio(RoundTripWay.XDP).median(), 1e-9);
        assertEquals(2, report.verdicts().size());
        assertEquals(2, report.lines().size());
    }

    private static String verdict(RoundTripReport report) {
        return report.verdicts().get(0);
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
        return new RoundTripReport(List.of(RoundTripWay.LOCAL, RoundTripWay.REMOTE), runs);
    }

    private static RoundTrips run(
            String way, int round, double p50Us, Map<String, Double> daemonCpuUs) {
        return new RoundTrips(way, round, 1000, 1, p50Us, 9, 99, daemonCpuUs, 5);
    }
}
