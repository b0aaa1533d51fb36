// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class GrowthResultsTest {
    @Test
    void shouldCompareEachRateWithTheBestBefore() {
        GrowthResults results =
                results(
                        rate(Growth.HOSTS, 1, 100),
                        rate(Growth.HOSTS, 2, 200),
                        rate(Growth.HOSTS, 4, 150));
        assertEquals(
                List.of(
                        "MISSED   rate with more hosts: at worst 0.75 of the best before, at 4;"
                                + " wanted no fall"),
                results.verdicts());
    }

    @Test
    void shouldCallALittleLessNoise() {
        GrowthResults results = results(rate(Growth.HOSTS, 1, 100), rate(Growth.HOSTS, 2, 91));
        assertTrue(results.verdicts().get(0).startsWith("reached  "), "9 % are noise");
    }

    @Test
    void shouldCompareTheLatencysGrowthWithTheQueues() {
        // From 1 to 4 it grows three times, from 4 to 8 three times as well.
        GrowthResults results =
                results(
                        run(Growth.DEPTH, 1, 1, 10, 0),
                        run(Growth.DEPTH, 4, 1, 30, 0),
                        run(Growth.DEPTH, 8, 1, 90, 0));
        assertEquals(
                "MISSED   p50 with deeper queues: at worst 1.50 times the queue's growth, at 8;"
                        + " wanted at most 1",
                results.verdicts().get(1));
    }

    @Test
    void shouldDivideMemoryAmongTheDevicesBeyondTheFirst() {
        GrowthResults results =
                results(run(Growth.DEVICES, 1, 1, 1, 1000), run(Growth.DEVICES, 4, 1, 1, 4600));
        assertEquals(1200, results.kibPerDevice(run -> run.server().ownKib()).median());
        List<String> verdicts = results.verdicts();
        assertEquals(
                "MISSED   memory of the server: 1200 KiB per device, wanted under 1024 KiB",
                verdicts.get(1));
        assertEquals(
                "reached  memory of the IOhyp: 120 KiB per device, wanted under 1024 KiB",
                verdicts.get(2));
    }

    @Test
    void shouldShowTablesAndCurvesOfWhatWasMeasured() throws Exception {
        GrowthResults results =
                results(run(Growth.DEVICES, 1, 500, 1, 1024), run(Growth.DEVICES, 4, 900, 1, 2048));
        GrowthReport report = new GrowthReport(results);
        String text = report.text();
        assertTrue(text.contains("| 4 | 900 / 900 / 900 | 1 | 2 | 3.0 + 5.0 (9.0) | 2, 0 |"), text);
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(report.svg())));
        assertTrue(report.svg().contains("requests/s by devices"));
    }

    @Test
    void shouldReadWhatAProcessHasReserved() {
        assertEquals(12345, OwnMemory.reservedKib("VmRSS:\t 7 kB\nVmData:\t   12345 kB\n"));
    }

    private static GrowthResults results(GrowthRun... runs) {
        return new GrowthResults(Map.of("kernel", "some"), List.of(runs));
    }

    private static GrowthRun rate(Growth growth, int size, double requestsPerSecond) {
        return run(growth, size, requestsPerSecond, 1, 0);
    }

    /** An IOhyp with a tenth of the server's memory; p99 is twice p50. */
    private static GrowthRun run(
            Growth growth, int size, double requestsPerSecond, double p50Us, long ownKib) {
        return new GrowthRun(
                growth.title(),
                size,
                0,
                requestsPerSecond,
                p50Us,
                2 * p50Us,
                0,
                new GrowthRun.DaemonCost(3, ownKib, ownKib),
                new GrowthRun.DaemonCost(5, ownKib / 10, ownKib),
                9);
    }
}
