// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.Spread;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NetReportTest {
    @Test
    void shouldCompareOnlyRunsOfTheSameRound() {
        NetResults results =
                results(
                        run(NetRow.TCP_SEND_HOST, NetAlternative.TAP_VXLAN, 0, 1000),
                        run(NetRow.TCP_SEND_HOST, NetAlternative.VRIO, 0, 1500),
                        run(NetRow.TCP_SEND_HOST, NetAlternative.TAP_VXLAN, 1, 500),
                        run(NetRow.TCP_SEND_HOST, NetAlternative.VRIO, 1, 1000));

        assertEquals(new Spread(1.5, 1.75, 2), results.ratio(NetRow.TCP_SEND_HOST));
    }

    @Test
    void shouldWantHighRates() {
        String report =
                report(
                        NetRow.TCP_SEND_HOST,
                        run(NetRow.TCP_SEND_HOST, NetAlternative.TAP_VXLAN, 0, 1000),
                        run(NetRow.TCP_SEND_HOST, NetAlternative.VRIO, 0, 1499));

        assertContains(report, "MISSED   tcp-send-host");
        assertContains(report, "wanted at least 1.5x");
    }

    @Test
    void shouldWantShortRoundTrips() {
        String report =
                report(
                        NetRow.ROUND_TRIP_HOST,
                        run(NetRow.ROUND_TRIP_HOST, NetAlternative.TAP_VXLAN, 0, 100),
                        run(NetRow.ROUND_TRIP_HOST, NetAlternative.VRIO, 0, 120));

        assertContains(report, "reached  rr-host: 1.20x");
        assertContains(report, "wanted at most 1.2x");
    }

    @Test
    void shouldCompareFramesWithOpenVirtualSwitch() {
        String report =
                report(
                        NetRow.PACKETS_64,
                        run(NetRow.PACKETS_64, NetAlternative.OVS_DPDK, 0, 300_000),
                        run(NetRow.PACKETS_64, NetAlternative.VRIO, 0, 330_000));

        assertContains(report, "reached  pps-64: 1.10x ovs-dpdk's packets/s");
    }

    @Test
    void shouldTellWhatWasLost() {
        NetMeasurement run = new NetMeasurement("pps-64", "vrio", 0, 1, 0, 200, 150, 0, Map.of());

        assertEquals(25, run.lostPercent());
    }

    @Test
    void shouldTellWhoseTimeWasUsed() {
        String report =
                report(
                        NetRow.ROUND_TRIP_HOST,
                        run(NetRow.ROUND_TRIP_HOST, NetAlternative.TAP_VXLAN, 0, 100),
                        run(NetRow.ROUND_TRIP_HOST, NetAlternative.VRIO, 0, 120));

        assertContains(report, "| 10 + 11 | 80 + 70 |");
    }

    private static void assertContains(String report, String wanted) {
        assertTrue(report.contains(wanted), report);
    }

    private static String report(NetRow row, NetMeasurement... runs) {
        return new NetReport(results(runs), new NetSchedule(List.of(row), 1, 1)).text();
    }

    private static NetResults results(NetMeasurement... runs) {
        return new NetResults(Map.of(), List.of(runs), List.of(), List.of());
    }

    private static NetMeasurement run(
            NetRow row, NetAlternative alternative, int round, double value) {
        Map<String, Double> cpu =
                Map.of(
                        "vrio server",
                        10.0,
                        "vrio iohyp",
                        11.0,
                        "guest vCPU",
                        80.0,
                        "peer vCPU",
                        70.0);
        return new NetMeasurement(row.title(), alternative.title(), round, value, 0, 0, 0, 50, cpu);
    }
}
