// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.OutboundMessage;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Super-frames that are sent again: which, when, and how many at a time. */
final class TxFrameSenderTest {
    private static final long FIRST = 1000;

    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.CUT, 4096));
    private final Endpoint local = new Endpoint(wire.hardwareAddress(), 1, 40_000);
    private final Endpoint remote = new Endpoint(wire.peer().hardwareAddress(), 2, 7000);
    private final AssociationSetup setup =
            new AssociationSetup(local, remote, FIRST, FIRST, 0, 1500);
    private final RttEstimator rtt = new RttEstimator();
    private final Ledger ledger = Ledger.open(setup, rtt);
    private final Counters<AssociationCounter> counters = ledger.counters();
    private final RetransmitQueue retransmits = new RetransmitQueue(rtt);
    private final CongestionControl congestion = new CongestionControl(rtt, retransmits);
    private final SuperFrameSender superFrames = new SuperFrameSender(setup, wire, ledger);
    private final TxFrameSender sender =
            new TxFrameSender(superFrames, retransmits, rtt, congestion, counters);
    private final List<OutboundMessage> messages = new ArrayList<>();
    private final NativeBuffer received = new NativeBuffer(1 << 16);

    @AfterEach
    void close() {
        retransmits.close();
        superFrames.close();
        messages.forEach(OutboundMessage::close);
        received.close();
    }

    private OutboundMessage send() {
        OutboundMessage message = new OutboundMessage(m -> {});
        message.begin(MessageKind.REQUEST, 1, messages.size(), 28, null);
        messages.add(message);
        TxFrame frame = retransmits.take();
        frame.begin(0, superFrames.nextSequence(), true).writeWindow(0, 0, 0, 0);
        frame.onHeaderComplete();
        frame.addSegment(message, 1000);
        frame.finish();
        sender.sendNew(frame, 0);
        retransmits.keep(frame);
        return message;
    }

    /** The sequences of the frames that have come. */
    private List<Integer> heard() {
        List<Integer> sequences = new ArrayList<>();
        FrameHeader header = new FrameHeader();
        while (wire.peer().receive(received.slice()) > 0) {
            sequences.add(header.wrap(received.slice()).sequence());
        }
        return sequences;
    }

    @Test
    void shouldSendAgainWhatNobodyAcknowledges() {
        send();
        heard();

        sender.resend(rtt.rtoNs(), 64);
        assertEquals(List.of(1000), heard());
        assertEquals(1, counters.value(AssociationCounter.PROBES_SENT));
        assertEquals(0, counters.value(AssociationCounter.TIMEOUTS));
    }

    @Test
    void shouldWaitBeforeItSendsAgain() {
        send();
        heard();

        sender.resend(rtt.rtoNs() - 1, 64);
        assertEquals(List.of(), heard());
    }

    @Test
    void shouldNotSendAgainWhatWasAnswered() {
        send();
        send().end();
        heard();

        sender.resend(rtt.rtoNs(), 64);
        assertEquals(List.of(1000), heard());
        assertEquals(1, retransmits.count());
    }

    @Test
    void shouldSendAgainOnlyTheLastToHearOfAll() {
        send();
        send();
        send();
        heard();

        sender.resend(rtt.rtoNs(), 64);
        assertEquals(List.of(1200), heard());
        sender.resend(rtt.rtoNs(), 64);
        assertEquals(List.of(), heard());
    }

    @Test
    void shouldSendAgainTheFirstTooWhenTheLastIsNotAnswered() {
        send();
        send();
        send();
        sender.resend(rtt.rtoNs(), 64);
        heard();

        sender.resend(3 * rtt.rtoNs(), 64);
        assertEquals(List.of(1200, 1000), heard());
    }

    @Test
    void shouldNotCallAProbeWork() {
        send();

        assertEquals(0, sender.resend(rtt.rtoNs(), 64));
        assertEquals(1, counters.value(AssociationCounter.PROBES_SENT));
    }

    @Test
    void shouldCallOnlyLastingSilenceATimeOut() {
        send();
        long nowNs = 0;
        for (int i = 0; i < 5; i++) {
            nowNs += rtt.rtoNs();
            sender.resend(nowNs, 64);
        }

        assertEquals(5, counters.value(AssociationCounter.PROBES_SENT));
        assertEquals(3, counters.value(AssociationCounter.TIMEOUTS));
    }
}
