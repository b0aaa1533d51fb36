// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class ResultsTest {
    private static final Schedule SCHEDULE =
            new Schedule(
                    List.of(0.0),
                    List.of(Workload.named("rr4k-q1")),
                    List.of(Alternative.QSD_NBDKIT, Alternative.VRIO),
                    3,
                    1,
                    false);

    @Test
    void shouldTakeTheMiddleValue() {
        assertEquals(new Spread(1, 2, 9), Spread.of(DoubleStream.of(9, 1, 2)));
        assertEquals(new Spread(1, 3, 9), Spread.of(DoubleStream.of(9, 1, 2, 4)));
        assertThrows(IllegalArgumentException.class, () -> Spread.of(DoubleStream.empty()));
    }

    @Test
    void shouldCompareRunsOfTheSameRound() {
        Results results = results(new double[] {100, 50, 10}, new double[] {200, 300, 10});
        // The pairs are 2, 6 and 1; the ratio of the medians would be 4.
        assertEquals(
                new Spread(1, 2, 6),
                results.ratio(0, "rr4k-q1", "vrio", Measurement::requestsPerSecond));
    }

    @Test
    void shouldCallALowerLatencyReached() {
        Results fast = results(new double[] {100}, new double[] {200});
        assertEquals(
                "reached  4 KiB read, depth 1: 0.50x the reference's p50 latency,"
                        + " wanted at most 0.6x",
                Target.judgeAll(fast).get(0));
    }

    @Test
    void shouldCallAHigherLatencyMissed() {
        Results slow = results(new double[] {100}, new double[] {125});
        assertTrue(Target.judgeAll(slow).get(0).startsWith("MISSED   4 KiB read, depth 1: 0.80x"));
    }

    @Test
    void shouldJudgeTheRateByTheMiddleOfThePairs() {
        Results results = results(new double[] {100, 50, 10}, new double[] {200, 300, 10});
        assertEquals(
                "MISSED   4 KiB read, depth 1: 2.00x the reference's requests/s,"
                        + " wanted at least 3x",
                Target.judgeAll(results).get(1));
    }

    @Test
    void shouldNotJudgeARowThatWasNotMeasured() {
        List<String> lines = Target.judgeAll(results(new double[] {1}, new double[] {1}));
        assertEquals(3, lines.size());
        lines.subList(0, 2).forEach(line -> assertTrue(line.contains("4 KiB read, depth 1"), line));
    }

    @Test
    void shouldShowCpuTimeThatIsNotJudgedAndSayWhy() {
        String line = Target.judgeAll(results(new double[] {1}, new double[] {1})).get(2);
        assertTrue(
                line.startsWith(
                        "shown    vrio, the reference's CPU time per request: rr4k-q1 1.00x;"
                                + " not judged: only 4 KiB at depth 32"),
                line);
    }

    @Test
    void shouldJudgeWhatIsLocalByOneRequestAndShowDeepQueues() {
        List<Measurement> runs = new ArrayList<>();
        for (String row : List.of("rr4k-q1", "rr4k-q4", "sr128k-q8")) {
            runs.add(run(row, "vrio-local", 0, 1, 10));
            runs.add(run(row, "vrio", 0, 1, 30));
        }
        Results results =
                new Results(Map.of(), "vrio-local", runs, List.of(), 0, List.of(), List.of());
        List<String> lines = Target.judgeAll(results);
        assertEquals(2, lines.size());
        assertEquals(
                "MISSED   4 KiB read, depth 1, remote: 3.00x the reference's p50 latency,"
                        + " wanted at most 2.2x",
                lines.get(0));
        assertTrue(
                lines.get(1)
                        .startsWith(
                                "shown    vrio, the reference's p50 latency: rr4k-q4 3.00x,"
                                        + " sr128k-q8 3.00x; not judged:"),
                lines.get(1));
    }

    @Test
    void shouldShowTheRatioInTheTable() {
        Results results = results(new double[] {100, 50, 10}, new double[] {200, 300, 10});
        String text = new Report(results, SCHEDULE).text();
        assertTrue(text.contains("| 1.00 / 2.00 / 6.00 |"), text);
    }

    @Test
    void shouldDrawAWellFormedPicture() throws Exception {
        Results results = results(new double[] {100, 50, 10}, new double[] {200, 300, 10});
        String svg = new Plot(results, SCHEDULE).svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertTrue(svg.contains("2.00x"), svg);
    }

    @Test
    void shouldReadTheTimesOfAProcessWithSpacesInItsName() {
        String stat = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0 20 0 1 0";
        String status = "VmHWM:\t 500 kB\nRssAnon:\t 100 kB\nRssFile:\t 50 kB\nRssShmem:\t 7 kB\n";
        assertEquals(
                new ProcessUsage(420_000_000, 500, 100, 50, 7), ProcessUsage.parse(stat, status));
    }

    @Test
    void shouldCountInterruptsButNotIdlenessOfTheMachine() {
        assertEquals(
                (1 + 2 + 3 + 6 + 7) * 10_000_000L,
                ProcessUsage.machineCpuNs("cpu  1 2 3 4000 5000 6 7 8000 0 0\ncpu0 1 2 3\n"));
    }

    @Test
    void shouldKeepTheLargestMemory() {
        DaemonMemory first = new DaemonMemory(0, "vrio", "vrio server", 10, 20, 30, 40);
        DaemonMemory second = new DaemonMemory(0, "vrio", "vrio server", 40, 30, 20, 10);
        assertEquals(new DaemonMemory(0, "vrio", "vrio server", 40, 30, 30, 40), first.max(second));
    }

    @Test
    void shouldNameTheRowsWhenOneIsUnknown() {
        String message =
                assertThrows(IllegalArgumentException.class, () -> Workload.named("rr4k"))
                        .getMessage();
        assertTrue(message.contains("rr4k-q32"), message);
    }

    /** Requests per second of each round; p50 is their inverse, 100 us for the reference. */
    private static Results results(double[] reference, double[] ours) {
        List<Measurement> runs = new ArrayList<>();
        for (int round = 0; round < reference.length; round++) {
            runs.add(run("qsd-nbdkit", round, reference[round], 100));
            runs.add(run("vrio", round, ours[round], 100 * reference[round] / ours[round]));
        }
        return new Results(Map.of(), "qsd-nbdkit", runs, List.of(), 0, List.of(), List.of());
    }

    private static Measurement run(
            String alternative, int round, double requestsPerSecond, double p50Us) {
        return run("rr4k-q1", alternative, round, requestsPerSecond, p50Us);
    }

    private static Measurement run(
            String row, String alternative, int round, double requestsPerSecond, double p50Us) {
        return new Measurement(
                0,
                row,
                alternative,
                round,
                requestsPerSecond,
                1,
                p50Us,
                1,
                1,
                1,
                1,
                0,
                Map.of("d", 1.0),
                1,
                1,
                0);
    }
}
