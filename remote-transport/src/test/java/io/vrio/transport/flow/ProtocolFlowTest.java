// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.ProtocolDocument;
import org.junit.jupiter.api.Test;

/** The numbers of {@code docs/protocol.md} that this package keeps. */
final class ProtocolFlowTest {
    private static void assertSays(String phrase) {
        assertTrue(ProtocolDocument.says(phrase), "docs/protocol.md does not say: " + phrase);
    }

    @Test
    void shouldKeepTheDocumentedLimits() {
        assertEquals(ProtocolDocument.limit("segments of a super-frame"), TxFrame.SEGMENTS_MAX);
        assertEquals(ProtocolDocument.limit("segments of a super-frame"), FrameBatch.SEGMENTS_MAX);
        assertEquals(ProtocolDocument.limit("super-frames in flight"), RetransmitQueue.FRAMES_MAX);
        assertEquals(
                ProtocolDocument.limit("super-frames received in pieces"),
                Reassembler.PARTIALS_MAX);
        assertEquals(ProtocolDocument.limit("pieces of one super-frame"), Reassembler.RANGES_MAX);
        assertEquals(
                ProtocolDocument.limit("ranges of sequences received"), ReceiveWindow.RANGES_MAX);
    }

    @Test
    void shouldKeepTheDocumentedTimes() {
        assertSays("from " + RttEstimator.RTO_MIN_NS / 1e6 + " ms to ");
        assertSays(" to " + RttEstimator.RTO_MAX_NS / 1_000_000 + " ms, ");
        assertSays(RttEstimator.RTO_INITIAL_NS / 1_000_000 + " ms before the first sample");
        assertSays("is sent: " + AckTimer.DELAY_MAX_NS / 1000 + " us after");
        assertSays("once in a round trip, from " + AckTimer.INTERVAL_MIN_NS / 1000 + " to ");
        assertSays(" to " + AckTimer.DELAY_MAX_NS / 1000 + " us)");
        assertSays("once " + AckTimer.BYTES_MAX + " bytes have come");
    }

    @Test
    void shouldKeepTheDocumentedCredit() {
        assertSays("only acknowledge may go " + Credit.SLACK + " further");
        assertSays("grants " + Credit.WINDOW + " bytes beyond");
        assertSays("a sender has at most " + Credit.FRAMES_MAX + " bytes of them in flight");
        assertSays("less " + FrameBuffer.LENGTH + " for each segment");
    }

    @Test
    void shouldKeepTheDocumentedCongestionWindow() {
        assertSays("from " + (CongestionWindow.WINDOW_INITIAL >> 10) + " KiB at first");
        assertSays("between " + (CongestionWindow.WINDOW_MIN >> 10) + " KiB");
        assertSays("and " + (CongestionWindow.WINDOW_MAX >> 20) + " MiB");
    }
}
