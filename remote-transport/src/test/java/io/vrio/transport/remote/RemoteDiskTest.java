// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.PeerFixture.IO_TIMEOUT_NS;
import static io.vrio.transport.remote.PeerFixture.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.remote.RawEnd.Segment;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The life of requests at the server, against an IOhyp made of bytes. */
final class RemoteDiskTest {
    private final PeerFixture fixture = new PeerFixture();
    private final RemoteDisk disk = fixture.peer.openDisk("vm1");

    @AfterEach
    void close() {
        fixture.close();
    }

    private void attach() {
        fixture.establish();
        fixture.attach(1, 1);
        fixture.takeRequests();
    }

    private void reattach(int incarnation) {
        fixture.iohyp.sendRst();
        fixture.exchange();
        fixture.iohyp.takeSegments();
        fixture.establish();
        fixture.attach(1, incarnation);
    }

    private static long offset(Segment request) {
        return ByteBuffer.wrap(request.bytes()).getLong(8);
    }

    private Segment onlyRequest() {
        fixture.exchange();
        List<Segment> requests = fixture.takeRequests();
        assertEquals(1, requests.size());
        return requests.get(0);
    }

    @Test
    void shouldKeepRequestsUntilTheDiskIsAttached() {
        fixture.submit(disk, BlockRequestKind.WRITE, 512);
        fixture.establish();
        assertEquals(List.of(), fixture.takeRequests());
        fixture.attach(1, 1);
        assertEquals(512, offset(fixture.takeRequests().get(0)));
        assertEquals(1, disk.underWay());
    }

    @Test
    void shouldEndARequestWithItsAnswer() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.NO_SPACE, 0);
        assertEquals(List.of(IoStatus.NO_SPACE), fixture.ended);
        assertEquals(0, disk.underWay());
    }

    @Test
    void shouldPutReadDataWhereItBelongs() {
        attach();
        fixture.memory.slice().fill(0, 2048, (byte) 0xEE);
        fixture.submit(disk, BlockRequestKind.READ, 512);
        fixture.answer(onlyRequest(), IoStatus.OK, 512);
        assertEquals(List.of(IoStatus.OK), fixture.ended);
        assertEquals((byte) 0xEE, fixture.memory.slice().getByte(511));
        assertEquals((byte) 0, fixture.memory.slice().getByte(512));
        assertEquals((byte) 0, fixture.memory.slice().getByte(1023));
        assertEquals((byte) 0xEE, fixture.memory.slice().getByte(1024));
    }

    @Test
    void shouldNotEndARequestTwice() {
        attach();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        Segment request = onlyRequest();
        fixture.answer(request, IoStatus.OK, 0);
        fixture.answer(request, IoStatus.OK, 0);
        assertEquals(1, fixture.ended.size());
        assertEquals(1, disk.counters().value(RemoteDiskCounter.STALE_RESPONSES));
    }

    @Test
    void shouldNotTakeAnOldAnswerForThatOfTheNextRequest() {
        attach();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        Segment first = onlyRequest();
        fixture.answer(first, IoStatus.OK, 0);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        onlyRequest();
        fixture.answer(first, IoStatus.OK, 0);
        assertEquals(1, fixture.ended.size());
    }

    @Test
    void shouldSendNoMoreThanThePeerTakes() {
        fixture.establish();
        fixture.attach(1, 1, 2);
        fixture.takeRequests();
        for (int i = 0; i < 5; i++) {
            fixture.submit(disk, BlockRequestKind.WRITE, 512L * i);
        }
        fixture.exchange();
        List<Segment> sent = fixture.takeRequests();
        assertEquals(2, sent.size());
        fixture.answer(sent.get(0), IoStatus.OK, 0);
        assertEquals(1024, offset(fixture.takeRequests().get(0)));
    }

    @Test
    void shouldSendAgainInTheOldOrderWhatWasNotAnswered() {
        attach();
        for (int i = 0; i < 4; i++) {
            fixture.submit(disk, BlockRequestKind.WRITE, 512L * i);
        }
        fixture.exchange();
        fixture.answer(fixture.takeRequests().get(1), IoStatus.OK, 0);
        fixture.submit(disk, BlockRequestKind.WRITE, 512L * 9);
        reattach(1);
        List<Long> offsets = fixture.takeRequests().stream().map(RemoteDiskTest::offset).toList();
        assertEquals(List.of(0L, 1024L, 1536L, 4608L), offsets);
        assertEquals(4, disk.counters().value(RemoteDiskCounter.RESUBMITTED));
    }

    @Test
    void shouldFailWhatWaitsForThePeerTooLong() {
        fixture.iohyp.isAcknowledging = false;
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.pass(IO_TIMEOUT_NS - 10 * MS);
        assertEquals(List.of(), fixture.ended);
        fixture.pass(20 * MS);
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
        assertEquals(1, disk.counters().value(RemoteDiskCounter.EXPIRED));
    }

    private void passWithAPeerThatSpeaks(long durationNs) {
        for (long passedNs = 0; passedNs < durationNs; passedNs += 100 * MS) {
            fixture.pass(100 * MS);
            fixture.iohyp.acknowledge();
        }
    }

    @Test
    void shouldNotFailWhatWaitsForThePeersOtherRequests() {
        fixture.establish();
        fixture.attach(1, 1, 1);
        fixture.takeRequests();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.submit(disk, BlockRequestKind.WRITE, 512);
        passWithAPeerThatSpeaks(IO_TIMEOUT_NS + 10 * MS);
        assertEquals(List.of(), fixture.ended);
        assertEquals(2, disk.underWay());
    }

    @Test
    void shouldWakeWhenARequestExpires() {
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        long expiryNs = fixture.clock.nanoTime() + IO_TIMEOUT_NS;
        fixture.open(500);
        fixture.iohyp.control("{\"type\":\"refused\",\"reason\":\"x\"}");
        fixture.exchange();
        assertEquals(expiryNs, fixture.peer.deadlineNs());
    }

    /** A write that has ended and was not flushed, and then a crash of the I/O host. */
    private void loseAWrite() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        reattach(2);
        fixture.ended.clear();
    }

    @Test
    void shouldFailTheFlushAfterUnflushedWritesWereLost() {
        loseAWrite();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
        fixture.pass(LossNotice.TELLING_NS);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.IO_ERROR, IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldNotVouchForALostWriteByAFlushThatWaitedWhenAnotherOneFailed() {
        loseAWrite();
        fixture.iohyp.control("{\"type\":\"revoked\",\"flow\":1,\"reason\":\"busy\"}");
        fixture.exchange();
        fixture.attach(1, 2, 1);
        fixture.submit(disk, BlockRequestKind.READ, 0);
        Segment read = onlyRequest();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.pass(LossNotice.TELLING_NS);
        fixture.answer(read, IoStatus.OK, 512);
        assertEquals(List.of(IoStatus.OK, IoStatus.IO_ERROR, IoStatus.IO_ERROR), fixture.ended);
    }

    @Test
    void shouldNotVouchForALostWriteByAFlushFromBeforeTheGuestCouldSeeAnotherOneFail() {
        loseAWrite();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.pass(LossNotice.TELLING_NS - 2 * MS);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(List.of(IoStatus.IO_ERROR, IoStatus.IO_ERROR), fixture.ended);
    }

    @Test
    void shouldTellOfALossAlthoughItHasJustToldOfAnotherOne() {
        loseAWrite();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        reattach(3);
        fixture.pass(LossNotice.TELLING_NS);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(List.of(IoStatus.IO_ERROR, IoStatus.OK, IoStatus.IO_ERROR), fixture.ended);
    }

    @Test
    void shouldTellOfALossAgainWhenTheFlushThatFailedHadBegunBeforeTheWriteEnded() {
        attach();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        onlyRequest();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        reattach(2);
        fixture.pass(LossNotice.TELLING_NS);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(List.of(IoStatus.OK, IoStatus.IO_ERROR, IoStatus.IO_ERROR), fixture.ended);
    }

    private void submitFlushForOneChange() {
        BlockRequest request = new BlockRequest();
        request.begin(BlockRequestKind.FLUSH, 0, 0, (r, status) -> fixture.ended.add(status));
        request.vouchForOneChange(true);
        disk.submit(request);
    }

    @Test
    void shouldNotFailAWriteThroughWriteThatBeganAfterTheLoss() {
        loseAWrite();
        submitFlushForOneChange();
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldFailAWriteThroughWriteThatWasLostBeforeItsFlush() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        submitFlushForOneChange();
        reattach(2);
        assertEquals(List.of(IoStatus.OK, IoStatus.IO_ERROR), fixture.ended);
    }

    @Test
    void shouldNotFailTheFlushWhenEverythingWasFlushed() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        reattach(2);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(1, disk.underWay());
    }

    @Test
    void shouldNotFailTheFlushWhenOnlyTheProcessRestarted() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        reattach(1);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(1, disk.underWay());
    }

    @Test
    void shouldNotCountAWriteThatEndedDuringAFlushAsFlushed() {
        attach();
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        Segment flush = onlyRequest();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.answer(onlyRequest(), IoStatus.OK, 0);
        fixture.answer(flush, IoStatus.OK, 0);
        reattach(2);
        fixture.submit(disk, BlockRequestKind.FLUSH, 0);
        assertEquals(IoStatus.IO_ERROR, fixture.ended.get(2));
    }

    private List<String> control() {
        fixture.exchange();
        return fixture.iohyp.takeControl();
    }

    @Test
    void shouldClaimTheDiskAnewWhenRequestsAreAbandoned() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        onlyRequest();
        disk.abandonRequests();
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
        assertEquals(
                List.of(
                        "{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":2,\"disk\":\"vm1\",\"claim\":2}"),
                control());
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldSendLaterRequestsOnTheNextFlow() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        onlyRequest();
        disk.abandonRequests();
        fixture.submit(disk, BlockRequestKind.WRITE, 512);
        fixture.exchange();
        assertEquals(List.of(), fixture.takeRequests());

        fixture.attach(2, 1);
        Segment later = fixture.takeRequests().get(0);
        assertEquals(2, later.flow());
        assertEquals(512, offset(later));
        fixture.answer(later, IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.IO_ERROR, IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldAskAgainWhenTheAbandonedDiskIsRefused() {
        attach();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        onlyRequest();
        disk.abandonRequests();
        control();
        fixture.iohyp.control("{\"type\":\"attach-refused\",\"flow\":2,\"reason\":\"broken\"}");
        fixture.pass(200 * MS);
        assertEquals(
                List.of("{\"type\":\"attach\",\"flow\":2,\"disk\":\"vm1\",\"claim\":3}"),
                control());
    }

    @Test
    void shouldIgnoreAnswersToAbandonedRequests() {
        attach();
        fixture.memory.slice().fill(0, 512, (byte) 0xEE);
        fixture.submit(disk, BlockRequestKind.READ, 0);
        Segment abandoned = onlyRequest();
        disk.abandonRequests();
        fixture.answer(abandoned, IoStatus.OK, 512);
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
        assertEquals((byte) 0xEE, fixture.memory.slice().getByte(0));
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldResendACopyOfWhatIsAbandoned() {
        attach();
        fixture.memory.slice().fill(0, 512, (byte) 7);
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.peer.doWork();
        fixture.iohyp.lose();
        disk.abandonRequests();
        // The guest uses its memory for other things.
        fixture.memory.slice().fill(0, 512, (byte) 9);
        fixture.pass(100 * MS);
        byte[] bytes = fixture.takeRequests().get(0).bytes();
        assertEquals(7, bytes[BlockMessage.REQUEST_LENGTH]);
    }

    @Test
    void shouldAbandonWhatWasNotSentWithoutHarmToOthers() {
        fixture.establish();
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        disk.abandonRequests();
        fixture.iohyp.receive();
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldSendRequestsOfARevokedDiskAgainOnTheNextFlow() {
        RemoteDisk other = fixture.peer.openDisk("vm2");
        attach();
        fixture.attach(2, 1);
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.submit(other, BlockRequestKind.WRITE, 512);
        fixture.exchange();
        Segment others = fixture.takeRequests().get(1);
        fixture.iohyp.control("{\"type\":\"revoked\",\"flow\":1,\"reason\":\"gone\"}");
        fixture.exchange();
        fixture.answer(others, IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.OK), fixture.ended);

        fixture.attach(3, 1);
        Segment again = fixture.takeRequests().get(0);
        assertEquals(3, again.flow());
        assertEquals(0, offset(again));
        fixture.answer(again, IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.OK, IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldHearOfAResize() {
        attach();
        boolean[] isTold = new boolean[1];
        disk.onPropertiesChange(() -> isTold[0] = true);
        String properties = PeerFixture.properties(2 << 20);
        fixture.iohyp.control(
                "{\"type\":\"changed\",\"flow\":1,\"properties\":" + properties + "}");
        fixture.exchange();
        assertTrue(isTold[0]);
        assertEquals(2 << 20, disk.properties().capacity());
    }

    @Test
    void shouldEndRequestsWhenItIsClosed() {
        attach();
        BlockRequest request = fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.exchange();
        disk.close();
        assertFalse(request.isUnderWay());
        assertEquals(List.of(IoStatus.IO_ERROR), fixture.ended);
    }
}
