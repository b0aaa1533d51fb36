// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.EndpointFixture.BUFFERS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.transport.message.FrameRecord;
import io.vrio.transport.message.MessageKind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames of a NIC as bytes: the right ones, the wrong ones, and what becomes of the buffers. */
final class NicServiceTest {
    private static final int FLOW = 2;

    private final EndpointFixture fixture = new EndpointFixture();
    private RawEnd server;

    @BeforeEach
    void attach() {
        server = fixture.welcomed(40_000, "alpha", 1);
        server.takeControl();
        sayAttach(FLOW);
    }

    @AfterEach
    void close() {
        fixture.endpoint.close();
        assertEquals(BUFFERS, fixture.buffers.available());
        fixture.close();
    }

    private void sayAttach(int flow) {
        server.control("{\"type\":\"attach-nic\",\"flow\":" + flow + ",\"nic\":\"nic\"}");
        fixture.exchange(server);
    }

    private static byte[] record(int saidLength, int gsoType, byte[] frame) {
        return ByteBuffer.allocate(FrameRecord.LENGTH + frame.length)
                .putInt(saidLength)
                .put((byte) 0)
                .put((byte) gsoType)
                .position(FrameRecord.LENGTH)
                .put(frame)
                .array();
    }

    private static byte[] frame(int length) {
        byte[] frame = new byte[length];
        frame[length - 1] = (byte) length;
        return frame;
    }

    private static byte[] record(int length) {
        return record(length, 0, frame(length));
    }

    private void send(int id, byte[] message) {
        server.send(MessageKind.FRAMES, FLOW, id, message);
        fixture.exchange(server);
    }

    private List<Integer> takenLengths() {
        return fixture.nic.takeFrames().stream().map(taken -> taken.bytes().length).toList();
    }

    private long drops(NetDrop reason) {
        return fixture.nic.drops().value(reason);
    }

    private void assertSentAway() {
        fixture.exchange(server);
        assertEquals(0, fixture.endpoint.peers().size());
        assertEquals(1, fixture.endpoint.counters().value(EndpointCounter.PROTOCOL_ERRORS));
    }

    @Test
    void shouldTellWhatTheNicIs() {
        String answer = server.takeControl().get(0);
        assertEquals(
                "{\"type\":\"nic-attached\",\"flow\":2,\"properties\":{\"mac\":90519507304449,"
                        + "\"mtu\":1500,\"isLinkUp\":true,\"broadcastDomain\":\"\"}}",
                answer.replaceAll("\"mac\":\\d+", "\"mac\":90519507304449"));
        sayAttach(FLOW);
        assertEquals(List.of(answer), server.takeControl());
    }

    @Test
    void shouldHandOnAllFramesOfAMessage() {
        byte[] message =
                ByteBuffer.allocate(2 * FrameRecord.LENGTH + 102)
                        .put(record(60))
                        .put(record(42))
                        .array();
        send(1, message);
        assertEquals(List.of(60, 42), takenLengths());
    }

    @Test
    void shouldDropWhatIsLate() {
        send(-5, record(60));
        send(7, record(61));
        send(7, record(62));
        send(6, record(63));
        send(8, record(64));
        assertEquals(List.of(61, 64), takenLengths());
        assertEquals(3, drops(NetDrop.LATE));
    }

    @Test
    void shouldPutAFrameTogetherThatCameInParts() {
        byte[] message = record(1514);
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 0, part(message, 0, 700));
        server.send();
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 700, part(message, 700));
        server.send();
        fixture.exchange(server);
        assertArrayEquals(frame(1514), fixture.nic.takeFrames().get(0).bytes());
    }

    private static byte[] part(byte[] message, int from) {
        return part(message, from, message.length);
    }

    private static byte[] part(byte[] message, int from, int limit) {
        return Arrays.copyOfRange(message, from, limit);
    }

    @Test
    void shouldDropAFrameOfWhichAPartIsMissing() {
        byte[] message = record(1514);
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 0, part(message, 0, 700));
        server.send();
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 701, part(message, 701));
        server.send();
        send(2, record(60));
        assertEquals(List.of(60), takenLengths());
        assertEquals(2, drops(NetDrop.INCOMPLETE), "the part that came, and the other one");
    }

    @Test
    void shouldDropAFrameThatAnotherOneInterrupts() {
        byte[] message = record(1514);
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 0, part(message, 0, 700));
        server.send();
        send(2, record(60));
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 700, part(message, 700));
        server.send();
        send(3, record(61));
        assertEquals(List.of(60, 61), takenLengths());
    }

    @Test
    void shouldDropFramesThatMakeNoSense() {
        send(1, record(13));
        send(2, record(1600));
        send(3, record(60, 99, frame(60)));
        send(4, record(60));
        assertEquals(List.of(60), takenLengths());
        assertEquals(1, drops(NetDrop.TOO_SHORT));
        assertEquals(1, drops(NetDrop.OVER_MTU));
        assertEquals(1, drops(NetDrop.BAD_GSO_TYPE));
    }

    @Test
    void shouldSendAwayWhoseFrameReachesPastItsMessage() {
        send(1, record(61, 0, frame(60)));
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseFrameHasANegativeLength() {
        send(1, record(-1, 0, frame(60)));
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseLastRecordIsCutOff() {
        send(1, record(45, 0, frame(60)));
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoLiesInALateMessage() {
        send(7, record(60));
        send(6, record(61, 0, frame(60)));
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseSeveralFramesAreInSeveralParts() {
        byte[] message = record(700, 0, frame(1514));
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 0, part(message, 0, 800));
        server.send();
        server.begin().add(MessageKind.FRAMES, FLOW, 1, message.length, 800, part(message, 800));
        server.send();
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseFrameIsInTooManyParts() {
        byte[] message = record(1514);
        for (int i = 0; i < 5; i++) {
            int from = 100 * i;
            server.begin()
                    .add(
                            MessageKind.FRAMES,
                            FLOW,
                            1,
                            message.length,
                            from,
                            part(message, from, from + 100))
                    .send();
        }
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoBeginsAFrameWithoutEnd() {
        byte[] begin = record(1 << 20, 0, frame(60));
        server.begin().add(MessageKind.FRAMES, FLOW, 1, 1 << 20, 0, begin).send();
        assertSentAway();
        assertEquals(NetFrame.LENGTH_MAX, 65_557);
    }

    @Test
    void shouldIgnoreFramesOnAFlowOfNobody() {
        server.send(MessageKind.FRAMES, 77, 1, record(60));
        fixture.exchange(server);
        assertEquals(0, fixture.nic.takenCount());
        assertEquals(1, fixture.endpoint.peers().size());
    }

    @Test
    void shouldSendAwayWhoWantsADiskOnANicsFlow() {
        server.control("{\"type\":\"attach\",\"flow\":2,\"disk\":\"disk\"}");
        assertSentAway();
    }

    @Test
    void shouldKeepWhatTheBackendHasNoRoomForAWhile() {
        fixture.nic.room(1);
        send(1, record(60));
        send(2, record(61));
        send(3, record(62));
        fixture.nic.room(10);
        fixture.exchange(server);
        assertEquals(List.of(60, 61, 62), takenLengths());
        assertEquals(0, drops(NetDrop.NO_ROOM));
    }

    @Test
    void shouldNotKeepMoreThanItsShare() {
        fixture.nic.room(0);
        for (int id = 1; id <= 2 * FrameReceiver.BACKLOG_MAX; id++) {
            send(id, record(60));
        }
        assertEquals(FrameReceiver.BACKLOG_MAX, drops(NetDrop.NO_ROOM));
        assertEquals(BUFFERS - FrameReceiver.BACKLOG_MAX, fixture.buffers.available());
        fixture.pass(server, 2 * FrameReceiver.PATIENCE_NS);
        assertEquals(2 * FrameReceiver.BACKLOG_MAX, drops(NetDrop.NO_ROOM));
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldTellThatItWasRevoked() {
        server.takeControl();
        fixture.revocation.run();
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).startsWith("{\"type\":\"revoked\",\"flow\":2"));
        assertEquals(1, fixture.nicsClosed);
        send(1, record(60));
        assertEquals(0, fixture.nic.takenCount());
    }

    /** One that was lost cost the peer 50 ms. */
    @Test
    void shouldTellAgainHowFarItHasTakenFrames() {
        for (int id = 1; id <= FrameReceiver.REPORT_INTERVAL; id++) {
            send(id, record(60));
        }
        fixture.exchange(server);
        assertEquals(List.of(8), takenIds());
        fixture.pass(server, FrameReceiver.REPEAT_NS);
        assertEquals(List.of(8), takenIds());
        fixture.pass(server, 10 * FrameReceiver.REPEAT_NS);
        assertEquals(List.of(8), takenIds());
        fixture.pass(server, 10 * FrameReceiver.REPEAT_NS);
        assertEquals(List.of(), takenIds());
    }

    private List<Integer> takenIds() {
        return ids(MessageKind.FRAMES_TAKEN);
    }

    private List<Integer> ids(MessageKind kind) {
        return server.takeSegments().stream()
                .filter(segment -> segment.kind() == kind)
                .map(RawEnd.Segment::id)
                .toList();
    }

    /** The server took the frames of the new claim for late ones of the old claim. */
    @Test
    void shouldNumberFramesOnWhenTheNicIsClaimedAgain() {
        for (int i = 0; i < 3; i++) {
            assertTrue(fixture.nic.send(0, frame(60)));
            fixture.exchange(server);
        }
        assertEquals(List.of(1, 2, 3), ids(MessageKind.FRAMES));
        fixture.revocation.run();
        sayAttach(FLOW);
        assertTrue(fixture.nic.send(0, frame(60)));
        fixture.exchange(server);
        assertEquals(List.of(4), ids(MessageKind.FRAMES));
    }

    /** They bound the NIC to the address of a guest that was there no more. */
    @Test
    void shouldDropFramesThatComeAfterTheirGuestHasLeft() {
        send(5, record(60));
        server.control("{\"type\":\"guest-left\",\"flow\":2,\"frames\":7}");
        send(6, record(61));
        send(7, record(62));
        send(8, record(63));
        assertEquals(List.of(60, 63), takenLengths());
        assertEquals(2, drops(NetDrop.LATE));
    }

    @Test
    void shouldDropFramesThatWaitWhenTheirGuestLeaves() {
        fixture.nic.room(0);
        send(5, record(60));
        send(6, record(61));
        server.control("{\"type\":\"guest-left\",\"flow\":2,\"frames\":5}");
        fixture.exchange(server);
        fixture.nic.room(10);
        fixture.exchange(server);
        assertEquals(List.of(61), takenLengths());
        assertEquals(1, drops(NetDrop.NOT_CONNECTED));
    }

    @Test
    void shouldGiveTheNicBackWithTheAssociation() {
        server.sendFin();
        fixture.exchange(server);
        assertEquals(1, fixture.nicsClosed);
        assertTrue(!fixture.nic.isConnected());
    }
}
