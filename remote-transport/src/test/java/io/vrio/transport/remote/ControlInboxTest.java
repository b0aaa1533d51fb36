// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.message.ControlCodec;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ControlInboxTest {
    private final List<Integer> heard = new ArrayList<>();
    private final ControlInbox inbox =
            new ControlInbox(message -> heard.add(((ControlMessage.Detach) message).flow()));
    private final NativeBuffer memory = new NativeBuffer(8192);
    private final SegmentHeader segment = new SegmentHeader();

    @AfterEach
    void close() {
        memory.close();
    }

    /** Each says its own id. */
    private void add(int id) {
        add(id, ControlCodec.encode(new ControlMessage.Detach(id)), 0);
    }

    private void add(int id, byte[] bytes, int missing) {
        int header = SegmentHeader.LENGTH;
        memory.slice().putBytes(header, bytes, 0, bytes.length);
        segment.wrap(memory.slice(), 0, memory.slice().length())
                .write(MessageKind.CONTROL, 0, id, bytes.length + missing, 0, bytes.length);
        inbox.onSegment(segment, memory.slice(), header);
    }

    @Test
    void shouldBringMessagesIntoTheirOrder() {
        add(3);
        add(2);
        assertEquals(List.of(), heard);
        add(1);
        assertEquals(List.of(1, 2, 3), heard);
        add(4);
        assertEquals(List.of(1, 2, 3, 4), heard);
    }

    @Test
    void shouldSayNothingMoreWhenItWasClosed() {
        add(2);
        inbox.close();
        add(1);
        assertEquals(List.of(1), heard);
    }

    @Test
    void shouldRefuseAMessageThatWasThereBefore() {
        add(1);
        assertThrows(AssociationException.class, () -> add(1));
    }

    @Test
    void shouldRefuseAMessageThatWaitsAlready() {
        add(2);
        assertThrows(AssociationException.class, () -> add(2));
    }

    @Test
    void shouldNotKeepMoreMessagesThanAnHonestPeerSends() {
        add(ControlInbox.EARLY_MAX);
        assertThrows(AssociationException.class, () -> add(ControlInbox.EARLY_MAX + 1));
    }

    @Test
    void shouldRefuseWhatIsNoMessage() {
        assertThrows(AssociationException.class, () -> add(1, new byte[] {0x7B, 0x7D}, 0));
        assertThrows(AssociationException.class, () -> add(2, new byte[4097], 0));
    }

    @Test
    void shouldRefuseAMessageInSeveralSegments() {
        byte[] bytes = ControlCodec.encode(new ControlMessage.Detach(1));
        assertThrows(AssociationException.class, () -> add(1, bytes, 1));
    }
}
