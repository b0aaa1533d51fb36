// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class IdleReportTest {
    private final IdleReport report =
            new IdleReport(
                    Map.of(),
                    Map.of(
                            "vrio server",
                            List.of(
                                    new IdleSample(0.5, 40),
                                    new IdleSample(1.5, 50),
                                    new IdleSample(1.25, 60))));

    @Test
    void shouldJudgeByTheMedian() {
        String text = report.text();
        assertTrue(
                text.contains(
                        "| vrio server | 0.50 / 1.25 / 1.50 | 40 / 50 / 60 | under 1 %: MISSED |"),
                text);
    }

    @Test
    void shouldDrawEachDaemonByWhatIsWanted() throws Exception {
        String svg = report.svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertTrue(svg.contains("1.25x   of 1 %"), svg);
    }
}
