// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.Spread;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class ConsolidationReportTest {
    /** Ratios of bursts 0.9, 1.1 and 1; of the hot host 1.4. */
    private final ConsolidationReport report =
            new ConsolidationReport(
                    runs(
                            new double[] {1000, 10, 500},
                            new double[] {900, 11, 500},
                            new double[] {100},
                            new double[] {140}),
                    List.of(100));

    @Test
    void shouldCompareRunsOfTheSameRound() {
        Spread ratio = report.ratio(Pattern.BURSTS, 100);
        assertEquals("0.90 / 1.00 / 1.10", ratio.format("%.2f"));
    }

    @Test
    void shouldJudgeEachPatternByItsOwnTarget() {
        String verdicts = report.verdicts();
        assertTrue(
                verdicts.contains("reached  bursts of 0.2 s, 2 shared workers: 1.00x"), verdicts);
        assertTrue(verdicts.contains("MISSED   one hot host, 4 shared workers: 1.40x"), verdicts);
    }

    @Test
    void shouldShowOtherWorkWithoutJudgingIt() {
        List<ConsolidationRun> runs = new ArrayList<>();
        add(runs, Pattern.HOT, Side.LOCAL, 100, 10);
        add(runs, Pattern.HOT, Side.SHARED, 100, 20);
        add(runs, Pattern.HOT, Side.LOCAL, 20, 10);
        add(runs, Pattern.HOT, Side.SHARED, 20, 12);
        String verdicts = new ConsolidationReport(runs, List.of(100, 20)).verdicts();
        assertTrue(verdicts.contains("reached  one hot host, 4 shared workers: 2.00x"), verdicts);
        assertTrue(
                verdicts.contains("shown    with 20 us of work: one hot host 1.20x; not judged:"),
                verdicts);
    }

    @Test
    void shouldNameTheWorkersOfBothSides() {
        String table = report.table();
        assertTrue(
                table.contains("| bursts of 0.2 s | 100 | four local | 4 x 1 | 10 / 500 / 1000 |"),
                table);
        assertTrue(
                table.contains("| bursts of 0.2 s | 100 | shared | 2 | 11 / 500 / 900 |"), table);
    }

    @Test
    void shouldDrawAWellFormedPicture() throws Exception {
        String svg = report.svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertTrue(svg.contains("1.40x"), svg);
    }

    private static List<ConsolidationRun> runs(
            double[] burstsLocal, double[] burstsShared, double[] hotLocal, double[] hotShared) {
        List<ConsolidationRun> runs = new ArrayList<>();
        add(runs, Pattern.BURSTS, Side.LOCAL, burstsLocal);
        add(runs, Pattern.BURSTS, Side.SHARED, burstsShared);
        add(runs, Pattern.HOT, Side.LOCAL, hotLocal);
        add(runs, Pattern.HOT, Side.SHARED, hotShared);
        return runs;
    }

    private static void add(
            List<ConsolidationRun> runs, Pattern pattern, Side side, double[] rates) {
        add(runs, pattern, side, 100, rates);
    }

    private static void add(
            List<ConsolidationRun> runs, Pattern pattern, Side side, int workUs, double... rates) {
        for (int round = 0; round < rates.length; round++) {
            runs.add(
                    new ConsolidationRun(
                            pattern.title(),
                            workUs,
                            side.title(),
                            round,
                            rates[round],
                            List.of(rates[round]),
                            0,
                            1,
                            2,
                            3,
                            4,
                            50));
        }
    }
}
