// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class MicroReportTest {
    private static final MicroCost NONE =
            new MicroCost("stations", "direct", List.of(3.0, 3.25, 3.5), 0);

    @Test
    void shouldCallADifferenceWithinTheSpreadOfOneNothing() {
        MicroCost empty = new MicroCost("stations", "request 0", List.of(3.5, 3.5, 3.5), 0);
        String text = text(NONE, empty);
        assertTrue(
                text.contains(
                        "reached  an empty chain: 3.50 ns beside 3.25 without a chain, +0.25 ns; the"
                                + " seconds of one differ by up to 0.50 ns"),
                text);
    }

    @Test
    void shouldCallALargerDifferenceMeasurable() {
        MicroCost empty = new MicroCost("stations", "request 0", List.of(5.0), 0);
        assertTrue(text(NONE, empty).contains("MISSED   an empty chain: 5.00 ns"));
    }

    @Test
    void shouldNotJudgeWhatWasNotMeasured() {
        assertFalse(text(NONE).contains("empty chain"));
    }

    @Test
    void shouldDrawEachByTheFirstOfItsPart() throws Exception {
        MicroCost one = new MicroCost("stations", "request 1", List.of(6.5), 0);
        String svg = new MicroReport(Map.of(), List.of(NONE, one)).svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertTrue(svg.contains("2.00x   6.5 ns"), svg);
    }

    private static String text(MicroCost... costs) {
        return new MicroReport(Map.of(), List.of(costs)).text();
    }
}
