// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.PeerFixture.BUFFERS;
import static io.vrio.transport.remote.PeerFixture.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.message.MessageKind;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server's NIC that its IOhyp gives and takes, as bytes. */
final class NicAttachmentTest {
    private static final String REVOKED = "{\"type\":\"revoked\",\"flow\":1,\"reason\":\"taken\"}";

    private final PeerFixture fixture = new PeerFixture();
    private final SimulatedNic guest = new SimulatedNic();
    private final RemoteNic nic = fixture.peer.openNic("nic");

    @BeforeEach
    void establish() {
        nic.connect(guest);
        fixture.establish();
    }

    @AfterEach
    void close() {
        nic.close();
        fixture.peer.close();
        assertEquals(BUFFERS, fixture.buffers.available());
        fixture.close();
        guest.close();
    }

    private static String attached(boolean isLinkUp) {
        return "{\"type\":\"nic-attached\",\"flow\":1,\"properties\":" + properties(isLinkUp) + "}";
    }

    private static String changed(boolean isLinkUp) {
        return "{\"type\":\"nic-changed\",\"flow\":1,\"properties\":" + properties(isLinkUp) + "}";
    }

    private static String properties(boolean isLinkUp) {
        return "{\"mac\":90519507304449,\"mtu\":1500,\"isLinkUp\":"
                + isLinkUp
                + ",\"broadcastDomain\":\"\"}";
    }

    private void hear(String message) {
        fixture.iohyp.control(message);
        fixture.exchange();
    }

    /** The second of two messages comes first, as when the first one was lost on the way. */
    private void hearInTurns(String first, String second) {
        fixture.iohyp.lastControlId++;
        hear(second);
        fixture.iohyp.lastControlId -= 2;
        hear(first);
        fixture.iohyp.lastControlId++;
    }

    private List<Integer> sentIds() {
        fixture.pass(MS);
        return fixture.iohyp.takeSegments().stream()
                .filter(segment -> segment.kind() == MessageKind.FRAMES)
                .map(RawEnd.Segment::id)
                .toList();
    }

    /** The server went on to think that it had the NIC, and no frame passed any more. */
    @Test
    void shouldAskAgainForANicThatWasTakenAwayWhileItsAttachmentWasUnderWay() {
        hearInTurns(attached(true), REVOKED);
        assertFalse(nic.isAttached());
        fixture.iohyp.takeControl();
        fixture.pass(RemotePeer.ATTACH_INTERVAL_NS + MS);
        assertTrue(fixture.iohyp.takeControl().get(0).contains("attach-nic"));
        hear(attached(true));
        assertTrue(nic.isAttached());
    }

    /** The guest's link stayed as it had been before. */
    @Test
    void shouldFollowTheLastOfTwoChangesThatOvertakeEachOther() {
        hear(attached(true));
        hearInTurns(changed(false), changed(true));
        assertTrue(nic.properties().isLinkUp());
    }

    /** The IOhyp took the frames that came after for late ones of the claim before. */
    @Test
    void shouldNumberFramesOnWhenItIsAttachedAgain() {
        hear(attached(true));
        guest.connect(nic.port());
        assertTrue(guest.send(0, new byte[60]));
        assertEquals(List.of(1), sentIds());
        assertTrue(guest.send(0, new byte[60]));
        assertEquals(List.of(2), sentIds());
        hear(REVOKED);
        hear(attached(true));
        assertTrue(guest.send(0, new byte[60]));
        assertEquals(List.of(3), sentIds());
    }

    @Test
    void shouldTellWhichFramesWereOfTheGuestThatHasLeft() {
        hear(attached(true));
        guest.connect(nic.port());
        assertTrue(guest.send(0, new byte[60]));
        assertEquals(List.of(1), sentIds());
        assertTrue(guest.send(0, new byte[60]));
        nic.connect(null);
        nic.connect(guest);
        guest.connect(nic.port());
        assertTrue(guest.send(0, new byte[60]));
        fixture.pass(MS);
        List<RawEnd.Segment> sent = fixture.iohyp.takeSegments();
        assertTrue(
                sent.stream()
                        .anyMatch(
                                segment ->
                                        segment.text()
                                                .contains(
                                                        "{\"type\":\"guest-left\",\"flow\":1,"
                                                                + "\"frames\":2}")));
        assertEquals(
                List.of(2, 3),
                sent.stream()
                        .filter(segment -> segment.kind() == MessageKind.FRAMES)
                        .map(RawEnd.Segment::id)
                        .toList());
    }
}
