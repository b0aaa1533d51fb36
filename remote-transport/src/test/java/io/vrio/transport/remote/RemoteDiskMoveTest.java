// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.PeerFixture.IO_TIMEOUT_NS;
import static io.vrio.transport.remote.PeerFixture.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk goes from one association of its server to another one. */
final class RemoteDiskMoveTest {
    private final PeerFixture from = new PeerFixture();
    private final PeerFixture to = new PeerFixture();
    private final RemoteDisk disk = from.peer.openDisk("vm1");

    @BeforeEach
    void attach() {
        from.establish();
        from.attach(1, 7);
        to.peer.openDisk("other");
        to.establish();
        from.iohyp.takeSegments();
        to.iohyp.takeSegments();
    }

    @AfterEach
    void close() {
        to.close();
        from.close();
    }

    private void move() throws WorkerFullException {
        disk.leave();
        disk.join(to.peer);
        from.exchange();
        to.exchange();
    }

    @Test
    void shouldBeGivenBackHereAndClaimedThere() throws Exception {
        move();
        assertEquals(List.of("{\"type\":\"detach\",\"flow\":1}"), from.iohyp.takeControl());
        String claim = to.iohyp.takeControl().get(0);
        assertTrue(claim.startsWith("{\"type\":\"attach\",\"flow\":2,\"disk\":\"vm1\""), claim);
        assertFalse(disk.isAttached());
    }

    @Test
    void shouldSendWhatTheGuestAskedForMeanwhileWhenItIsClaimed() throws Exception {
        disk.leave();
        to.submit(disk, BlockRequestKind.WRITE, 512);
        disk.join(to.peer);
        to.exchange();
        to.submit(disk, BlockRequestKind.WRITE, 1024);
        to.exchange();
        assertEquals(List.of(), to.takeRequests());
        to.attach(2, 7);
        List<RawEnd.Segment> requests = to.takeRequests();
        assertEquals(2, requests.size());
        to.answer(requests.get(0), IoStatus.OK, 0);
        to.answer(requests.get(1), IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.OK, IoStatus.OK), to.ended);
        assertEquals(0, disk.counters().value(RemoteDiskCounter.RESUBMITTED));
    }

    @Test
    void shouldGoBackWhenTheOtherPeerHasNoRoomForIt() throws Exception {
        try (PeerFixture full = new PeerFixture()) {
            IntStream.range(0, DeviceTable.DEVICES_MAX)
                    .forEach(i -> full.peer.openDisk("disk" + i));
            disk.leave();
            assertThrows(WorkerFullException.class, () -> disk.join(full.peer));
        }
        disk.join(from.peer);
        from.exchange();
        from.attach(disk.flow(), 7);
        from.submit(disk, BlockRequestKind.WRITE, 512);
        from.exchange();
        assertEquals(1, from.takeRequests().size());
    }

    @Test
    void shouldFailAfterTheTimeOutWhatTheNewPeerDoesNotClaim() throws Exception {
        move();
        to.submit(disk, BlockRequestKind.WRITE, 512);
        to.pass(IO_TIMEOUT_NS + MS);
        assertEquals(List.of(IoStatus.IO_ERROR), to.ended);
    }

    @Test
    void shouldNotLeaveWhileARequestIsUnderWay() {
        from.submit(disk, BlockRequestKind.WRITE, 512);
        assertThrows(IllegalStateException.class, disk::leave);
        assertEquals(1, disk.underWay());
        assertTrue(disk.isAttached());
    }

    @Test
    void shouldNotHearWhatItsFormerPeerSaysLater() throws Exception {
        move();
        from.attach(1, 7);
        from.iohyp.control("{\"type\":\"revoked\",\"flow\":1,\"reason\":\"taken\"}");
        from.exchange();
        assertEquals(PeerState.ESTABLISHED, from.state());
        assertFalse(disk.isAttached());
        to.attach(2, 7);
        assertTrue(disk.isAttached());
        assertNull(disk.refusal());
    }

    @Test
    void shouldTellTheGuestOfWritesThatWereLostDuringTheMove() throws Exception {
        from.submit(disk, BlockRequestKind.WRITE, 512);
        from.exchange();
        from.answer(from.takeRequests().get(0), IoStatus.OK, 0);
        move();
        to.attach(2, 8);
        to.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(List.of(IoStatus.IO_ERROR), to.ended);
    }

    @Test
    void shouldMoveToAPeerThatIsAway() throws Exception {
        to.iohyp.sendRst();
        to.exchange();
        move();
        to.establish();
        to.attach(2, 7);
        assertTrue(disk.isAttached());
    }

    @Test
    void shouldCloseWhileItIsOfNoPeer() {
        disk.leave();
        disk.close();
        from.exchange();
        assertEquals(List.of("{\"type\":\"detach\",\"flow\":1}"), from.iohyp.takeControl());
    }
}
