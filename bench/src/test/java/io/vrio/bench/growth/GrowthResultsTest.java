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
                "| no fall of the rate with hosts | 0.75 / 0.75 / 0.75 of the best rate before"
                        + " | 2 to 4 | **missed** |",
                text(results, 0));
    }

    @Test
    void shouldNameTheWorstStepNotTheLast() {
        GrowthResults results =
                results(
                        rate(Growth.DEVICES, 16, 200),
                        rate(Growth.DEVICES, 64, 184),
                        rate(Growth.DEVICES, 256, 190));
        assertEquals(
                "| no fall of the rate with devices | 0.92 / 0.92 / 0.92 of the best rate before"
                        + " | 16 to 64 | reached |",
                text(results, 0));
    }

    @Test
    void shouldCompareSizesOfTheSameRound() {
        // By rounds 2, 0.5 and 1; the ratio of the medians would be 1.33.
        GrowthResults results =
                results(
                        rate(Growth.HOSTS, 1, 0, 100),
                        rate(Growth.HOSTS, 2, 0, 200),
                        rate(Growth.HOSTS, 1, 1, 400),
                        rate(Growth.HOSTS, 2, 1, 200),
                        rate(Growth.HOSTS, 1, 2, 150),
                        rate(Growth.HOSTS, 2, 2, 150));
        assertTrue(text(results, 0).contains("| 0.50 / 1.00 / 2.00 of"), text(results, 0));
    }

    @Test
    void shouldCallALittleLessNoise() {
        GrowthResults results = results(rate(Growth.HOSTS, 1, 100), rate(Growth.HOSTS, 2, 91));
        assertTrue(GrowthVerdict.of(results).get(0).reached(), "9 % are noise");
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
                "| p50 grows no faster than the queue | 1.50 / 1.50 / 1.50 times as fast | 4 to 8"
                        + " | **missed** |",
                text(results, 1));
    }

    @Test
    void shouldDivideMemoryAmongTheDevicesBeyondTheFirst() {
        GrowthResults results =
                results(run(Growth.DEVICES, 1, 1, 1, 1000), run(Growth.DEVICES, 4, 1, 1, 4600));
        assertEquals(1200, results.kibPerDevice(run -> run.server().ownKib()).median());
        assertEquals(
                "| memory of a device in the server under 1 MiB | 1200 / 1200 / 1200 KiB | 1 to 4"
                        + " | **missed** |",
                text(results, 1));
        assertEquals(
                "| memory of a device in the IOhyp under 1 MiB | 120 / 120 / 120 KiB | 1 to 4"
                        + " | reached |",
                text(results, 2));
    }

    @Test
    void shouldShowTablesAndCurvesOfWhatWasMeasured() throws Exception {
        GrowthResults results =
                results(run(Growth.DEVICES, 1, 500, 1, 1024), run(Growth.DEVICES, 4, 900, 1, 2048));
        GrowthReport report = new GrowthReport(results);
        String text = report.text();
        assertTrue(
                text.contains(
                        "| 4 | 900 / 900 / 900 | 1 / 1 / 1 | 2 / 2 / 2 | 3.0 + 5.0 (9.0)"
                                + " | 2 / 2 / 2 | 0 / 0 / 0 |"),
                text);
        assertEquals(List.of("-devices", "-memory"), List.copyOf(report.svgs().keySet()));
        for (String svg : report.svgs().values()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)));
        }
        assertTrue(report.svgs().get("-devices").contains("requests/s"));
        assertTrue(report.svgs().get("-memory").contains("iohyp"));
    }

    @Test
    void shouldReadWhatAProcessHasReserved() {
        assertEquals(12345, OwnMemory.reservedKib("VmRSS:\t 7 kB\nVmData:\t   12345 kB\n"));
    }

    private static GrowthResults results(GrowthRun... runs) {
        return new GrowthResults(Map.of("kernel", "some"), List.of(runs));
    }

    private static String text(GrowthResults results, int verdict) {
        return GrowthVerdict.of(results).get(verdict).text();
    }

    private static GrowthRun rate(Growth growth, int size, double requestsPerSecond) {
        return run(growth, size, requestsPerSecond, 1, 0);
    }

    private static GrowthRun rate(Growth growth, int size, int round, double requestsPerSecond) {
        return run(growth, size, round, requestsPerSecond, 1, 0);
    }

    private static GrowthRun run(
            Growth growth, int size, double requestsPerSecond, double p50Us, long ownKib) {
        return run(growth, size, 0, requestsPerSecond, p50Us, ownKib);
    }

    /** An IOhyp with a tenth of the server's memory; p99 is twice p50. */
    private static GrowthRun run(
            Growth growth,
            int size,
            int round,
            double requestsPerSecond,
            double p50Us,
            long ownKib) {
        return new GrowthRun(
                growth.title(),
                size,
                round,
                requestsPerSecond,
                p50Us,
                2 * p50Us,
                0,
                new GrowthRun.DaemonCost(3, ownKib, ownKib),
                new GrowthRun.DaemonCost(5, ownKib / 10, ownKib),
                9);
    }
}
