// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

final class LossReportTest {
    private static final Schedule SCHEDULE =
            new Schedule(
                    List.of(0.0, 1.0),
                    List.of(Workload.named("rr4k-q1")),
                    List.of(Alternative.QSD_NBDKIT, Alternative.VRIO),
                    2,
                    1,
                    false);

    private final LossResults results =
            new LossResults(
                    Map.of("kernel", "some"),
                    List.of(
                            run(0, "qsd-nbdkit", 0, 1000),
                            run(1, "qsd-nbdkit", 0, 10),
                            run(0, "qsd-nbdkit", 1, 100),
                            run(1, "qsd-nbdkit", 1, 2),
                            run(0, "vrio", 0, 1000),
                            run(1, "vrio", 0, 900),
                            run(0, "vrio", 1, 400),
                            run(1, "vrio", 1, 320)),
                    0,
                    List.of(),
                    List.of());

    private static LossMeasurement run(double loss, String who, int round, double rate) {
        Histogram latencies = new Histogram(3);
        latencies.recordValueWithCount(50_000, 997);
        latencies.recordValueWithCount(1_000_000, 2);
        latencies.recordValue(round == 0 ? 1_000_000 : 30_000_000);
        Resends resends = new Resends(20, 10, 0);
        return new LossMeasurement(
                loss, "rr4k-q1", who, round, rate, 50, 50, 50, 50, 50, 1000, 0, resends, latencies);
    }

    @Test
    void shouldCompareWithTheLosslessRunOfTheSameRound() {
        assertEquals("0.80 / 0.85 / 0.90", share("vrio"));
        assertEquals("0.01 / 0.02 / 0.02", share("qsd-nbdkit"));
    }

    private String share(String alternative) {
        return results.share(1, "rr4k-q1", alternative).format("%.2f");
    }

    @Test
    void shouldTakePercentilesOverTheRequestsOfAllRounds() {
        assertEquals(50, results.percentileUs(1, "rr4k-q1", "vrio", 99), 0.1);
        assertEquals(30_000, results.percentileUs(1, "rr4k-q1", "vrio", 99.99), 30);
    }

    @Test
    void shouldCountWhatIsSentAgainPerThousandRequests() {
        String text = new LossReport(results, SCHEDULE).text();
        assertTrue(text.contains("| 20.0, 10.0, 0.0 |"), text);
    }

    @Test
    void shouldJudgeShareAndTail() {
        String text = new LossReport(results, SCHEDULE).text();
        assertTrue(text.contains("reached  rr4k-q1 at 1 % loss: 85 % of the lossless"), text);
        assertTrue(text.contains("reached  rr4k-q1 at 1 % loss: p99.9 1.0 ms, wanted"), text);
    }

    @Test
    void shouldDrawAWellFormedPicture() throws Exception {
        String svg = new LossReport(results, SCHEDULE).svg();
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(svg)));
        assertTrue(svg.contains("0.850"), svg);
    }

    @Test
    void shouldReadTheKernelsCounters() {
        List<String> snmp = List.of("Udp: In", "Udp: 9", "Tcp: InSegs RetransSegs", "Tcp: 7 5");
        List<String> netstat =
                List.of("TcpExt: TCPTimeouts TCPLossProbes", "TcpExt: 2 3", "IpExt: A", "IpExt: 1");
        assertEquals(new Resends(5, 3, 2), Resends.parse(snmp, netstat));
    }
}
