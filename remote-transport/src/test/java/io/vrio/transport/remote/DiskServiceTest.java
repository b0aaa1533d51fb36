// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.EndpointFixture.BUFFERS;
import static io.vrio.transport.remote.EndpointFixture.MS;
import static io.vrio.transport.remote.EndpointFixture.request;
import static io.vrio.transport.remote.EndpointFixture.sendRequest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.remote.RawEnd.Segment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests as bytes: the right ones, the wrong ones, and what becomes of the buffers. */
final class DiskServiceTest {
    private final EndpointFixture fixture = new EndpointFixture();
    private RawEnd server;

    @BeforeEach
    void attach() {
        server = fixture.attached(40_000);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private IoStatus statusOf(int id) {
        Segment answer =
                server.takeSegments().stream()
                        .filter(s -> s.kind() == MessageKind.RESPONSE && s.id() == id)
                        .filter(s -> s.offset() == 0)
                        .findFirst()
                        .orElseThrow();
        return IoStatus.ofCode(answer.bytes()[0]);
    }

    private IoStatus execute(byte[] request) {
        sendRequest(server, 9, request);
        fixture.exchange(server);
        return statusOf(9);
    }

    private void assertSentAway() {
        fixture.exchange(server);
        assertEquals(0, fixture.endpoint.peers().size());
        fixture.catalog.endHeld(IoStatus.OK);
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldExecuteEveryKind() {
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.READ, 0, 512, 0)));
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.WRITE, 512, 512, 512)));
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.FLUSH, 0, 0, 0)));
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.DISCARD, 0, 4096, 0)));
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.WRITE_ZEROES, 0, 4096, 0)));
        assertEquals(IoStatus.OK, execute(request(BlockRequestKind.GET_ID, 0, 20, 0)));
    }

    @Test
    void shouldAnswerAReadWithHeaderAndData() {
        sendRequest(server, 9, request(BlockRequestKind.READ, 0, 1024, 0));
        fixture.exchange(server);
        assertEquals(16 + 1024, server.takeSegments().get(0).messageLength());
    }

    @Test
    void shouldAnswerAKindItDoesNotKnow() {
        assertEquals(IoStatus.UNSUPPORTED, execute(request(200, 0, 0, 0)));
    }

    @Test
    void shouldRefuseARangeBeyondTheDisk() {
        long capacity = 64 << 20;
        assertEquals(
                IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.READ, capacity, 512, 0)));
        assertEquals(
                IoStatus.OUT_OF_RANGE,
                execute(request(BlockRequestKind.READ, Long.MAX_VALUE - 511, 512, 0)));
        assertEquals(
                IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.WRITE, -512, 512, 512)));
    }

    @Test
    void shouldRefuseAReadThatNoBufferCouldHold() {
        int max = DiskProperties.TRANSFER_MAX;
        assertEquals(
                IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.READ, 0, max + 512L, 0)));
        assertEquals(
                IoStatus.OUT_OF_RANGE,
                execute(request(BlockRequestKind.READ, 0, Long.MIN_VALUE, 0)));
        assertEquals(IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.READ, 0, 0, 0)));
    }

    @Test
    void shouldRefuseAWriteWhoseLengthIsNotThatOfItsData() {
        assertEquals(IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.WRITE, 0, 1024, 512)));
        assertEquals(IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.WRITE, 0, 512, 1024)));
    }

    @Test
    void shouldAnswerASerialOfAnotherLengthWithAnError() {
        assertEquals(IoStatus.OUT_OF_RANGE, execute(request(BlockRequestKind.GET_ID, 0, 512, 0)));
    }

    private void abandon() {
        server.control("{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":2,\"disk\":\"disk\"}");
        fixture.exchange(server);
    }

    @Test
    void shouldClaimTheDiskAnewForWhoAbandonsRequests() {
        abandon();
        assertTrue(fixture.catalog.claims().get(0).isClosed());
        assertTrue(server.takeControl().get(0).startsWith("{\"type\":\"attached\",\"flow\":2,"));
        server.send(MessageKind.REQUEST, 2, 9, request(BlockRequestKind.FLUSH, 0, 0, 0));
        fixture.exchange(server);
        assertEquals(IoStatus.OK, statusOf(9));
    }

    @Test
    void shouldNotAnswerWhatIsAbandoned() {
        fixture.catalog.hold();
        sendRequest(server, 9, request(BlockRequestKind.WRITE, 0, 512, 512));
        fixture.exchange(server);
        abandon();
        server.takeSegments();
        fixture.catalog.endHeld(IoStatus.OK);
        fixture.exchange(server);
        assertEquals(List.of(), server.takeSegments());
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldNotExecuteWhatComesAfterItWasAbandoned() {
        fixture.catalog.hold();
        abandon();
        sendRequest(server, 9, request(BlockRequestKind.WRITE, 0, 512, 512));
        fixture.exchange(server);
        assertEquals(0, fixture.catalog.held().size());
        assertEquals(1, fixture.endpoint.peers().size());
    }

    @Test
    void shouldForgetThePartsOfWhatIsAbandoned() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 544, 0, new byte[100]).send();
        fixture.exchange(server);
        assertEquals(BUFFERS - 1, fixture.buffers.available());
        abandon();
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldIgnoreRequestsOnAFlowWithoutADisk() {
        server.send(MessageKind.REQUEST, 77, 1, request(BlockRequestKind.FLUSH, 0, 0, 0));
        fixture.exchange(server);
        assertEquals(1, fixture.endpoint.peers().size());
        assertEquals(List.of(), server.takeSegments());
    }

    @Test
    void shouldSendAwayWhoSendsARequestShorterThanItsHeader() {
        server.send(MessageKind.REQUEST, 1, 1, new byte[31]);
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoCutsTheHeaderOfARequest() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 544, 0, new byte[31]);
        server.add(MessageKind.REQUEST, 1, 1, 544, 31, new byte[513]).send();
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseSegmentsOverlap() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 544, 0, new byte[100]);
        server.add(MessageKind.REQUEST, 1, 1, 544, 99, new byte[100]).send();
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseSegmentsOverlapFromBelow() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 544, 100, new byte[100]);
        server.add(MessageKind.REQUEST, 1, 1, 544, 50, new byte[51]).send();
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoseSegmentsDisagreeAboutTheLength() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 544, 0, new byte[100]);
        server.add(MessageKind.REQUEST, 1, 1, 1056, 100, new byte[100]).send();
        assertSentAway();
    }

    @Test
    void shouldSendAwayWhoCutsARequestIntoTooManySegments() {
        // Several segments share a frame, so that it is not the buffers which run out.
        for (int at = 0; at < 520 * 32; at += 40 * 32) {
            server.begin();
            for (int i = 0; i < 40; i++) {
                server.add(MessageKind.REQUEST, 1, 1, 1 << 20, at + 32 * i, new byte[32]);
            }
            server.send();
            fixture.endpoint.doWork();
        }
        assertSentAway();
    }

    @Test
    void shouldJoinSegmentsInAnyOrder() {
        fixture.catalog.hold();
        byte[] write = request(BlockRequestKind.WRITE, 0, 512, 512);
        Arrays.fill(write, 32, 544, (byte) 5);
        write[543] = 6;
        server.begin();
        server.add(MessageKind.REQUEST, 1, 1, 544, 300, Arrays.copyOfRange(write, 300, 544));
        server.add(MessageKind.REQUEST, 1, 1, 544, 0, Arrays.copyOfRange(write, 0, 100));
        server.add(MessageKind.REQUEST, 1, 1, 544, 100, Arrays.copyOfRange(write, 100, 300));
        server.send();
        fixture.exchange(server);
        assertEquals(512, fixture.catalog.held().peek().data().length());
    }

    @Test
    void shouldSendAwayWhoBeginsMessagesWithoutEnd() {
        for (int id = 0; id < 300; id++) {
            server.begin().add(MessageKind.REQUEST, 1, id, 1056, 0, new byte[40]).send();
            fixture.endpoint.doWork();
        }
        assertSentAway();
    }

    @Test
    void shouldKeepServingOthersWhenOneHoardsAllBuffers() {
        RawEnd other = fixture.attached(40_001);
        for (int id = 0; id < 250; id++) {
            server.begin().add(MessageKind.REQUEST, 1, id, 1056, 0, new byte[40]).send();
        }
        for (int i = 0; i < 20; i++) {
            fixture.exchange(server);
        }
        for (int i = 0; i < 10; i++) {
            server.begin().add(MessageKind.REQUEST, 1, 1, 1056, 64 * i + 40, new byte[8]).send();
        }
        sendRequest(other, 3, request(BlockRequestKind.WRITE, 0, 512, 512));
        for (int i = 0; i < 20; i++) {
            fixture.exchange(other);
        }
        assertTrue(other.takeSegments().stream().anyMatch(s -> s.id() == 3));
    }

    @Test
    void shouldKeepReadingWhileAnswersWait() {
        server.isAcknowledging = false;
        RawEnd other = fixture.attached(40_001);
        for (int id = 0; id < 8; id++) {
            sendRequest(server, id, request(BlockRequestKind.READ, 0, 4 << 20, 0));
        }
        fixture.exchange(server);
        sendRequest(other, 3, request(BlockRequestKind.FLUSH, 0, 0, 0));
        fixture.exchange(other);
        assertTrue(other.takeSegments().stream().anyMatch(s -> s.id() == 3));
        assertTrue(fixture.buffers.available() > 0);
    }

    @Test
    void shouldReadForOthersWhenOneTakesNoAnswers() {
        server.isAcknowledging = false;
        RawEnd other = fixture.attached(40_001);
        for (int id = 0; id < 400; id++) {
            sendRequest(server, id, request(BlockRequestKind.READ, 0, 64 << 10, 0));
        }
        for (int i = 0; i < 10; i++) {
            fixture.exchange(server);
        }
        sendRequest(other, 3, request(BlockRequestKind.READ, 0, 1 << 20, 0));
        fixture.exchange(other);
        assertTrue(other.takeSegments().stream().anyMatch(s -> s.id() == 3));
    }

    private boolean isExecuting(long offset) {
        return fixture.catalog.held().stream().anyMatch(r -> r.offset() == offset);
    }

    @Test
    void shouldLetDisksTakeTurnsWhileReadsWaitForBuffers() {
        server.control("{\"type\":\"attach\",\"flow\":2,\"disk\":\"other\"}");
        fixture.catalog.hold();
        for (int id = 0; id < 400; id++) {
            sendRequest(server, id, request(BlockRequestKind.READ, 0, 4096, 0));
        }
        server.send(MessageKind.REQUEST, 2, 7, request(BlockRequestKind.READ, 8192, 4096, 0));
        for (int i = 0; i < 10; i++) {
            fixture.exchange(server);
        }
        assertFalse(isExecuting(8192));
        fixture.catalog.endHeld(IoStatus.OK);
        for (int i = 0; i < 10; i++) {
            fixture.exchange(server);
            server.acknowledge();
        }
        fixture.exchange(server);
        assertTrue(isExecuting(8192));
        assertTrue(fixture.catalog.held().size() < 200);
    }

    @Test
    void shouldGiveAllBuffersBackWhenAnswersAreAcknowledged() {
        for (int id = 0; id < 100; id++) {
            sendRequest(server, id, request(BlockRequestKind.READ, 0, 128 << 10, 0));
            fixture.exchange(server);
            server.acknowledge();
        }
        fixture.pass(server, 50 * MS);
        server.acknowledge();
        fixture.exchange(server);
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldKeepTheDataOfAWriteUntilTheDiskHasIt() {
        fixture.catalog.hold();
        sendRequest(server, 1, request(BlockRequestKind.WRITE, 0, 4096, 4096));
        fixture.exchange(server);
        server.sendFin();
        fixture.exchange(server);
        assertEquals(BUFFERS - 1, fixture.buffers.available());
        fixture.catalog.endHeld(IoStatus.OK);
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldForgetReadsThatWaitWhenTheServerGoes() {
        fixture.catalog.hold();
        for (int id = 0; id < 8; id++) {
            sendRequest(server, id, request(BlockRequestKind.READ, 0, 4 << 20, 0));
        }
        fixture.exchange(server);
        server.sendFin();
        fixture.exchange(server);
        fixture.catalog.endHeld(IoStatus.OK);
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldNotSendAnswersOfADiskThatWasTakenAway() {
        fixture.catalog.hold();
        sendRequest(server, 1, request(BlockRequestKind.READ, 0, 4096, 0));
        fixture.exchange(server);
        fixture.catalog.claims().get(0).revoke();
        fixture.catalog.endHeld(IoStatus.OK);
        fixture.exchange(server);
        List<Segment> segments = server.takeSegments();
        assertEquals(1, segments.size());
        assertTrue(segments.get(0).text().contains("\"revoked\""));
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldNotSendEmptySegmentsWhenAnswersWaitedForCreditAsTheDiskWasTaken() {
        fixture.catalog.hold();
        sendRequest(server, 1, request(BlockRequestKind.READ, 0, 4096, 0));
        fixture.exchange(server);
        fixture.catalog.endHeld(IoStatus.OK);
        fixture.catalog.claims().get(0).revoke();
        fixture.exchange(server);
        assertTrue(server.takeSegments().stream().allMatch(s -> s.bytes().length > 0));
    }

    @Test
    void shouldForgetAMessageReceivedInPartWhenItsDiskGoes() {
        server.begin().add(MessageKind.REQUEST, 1, 1, 1056, 0, new byte[40]).send();
        fixture.exchange(server);
        server.control("{\"type\":\"detach\",\"flow\":1}");
        fixture.exchange(server);
        assertEquals(BUFFERS, fixture.buffers.available());
        assertEquals(1, fixture.endpoint.peers().size());
    }

    @Test
    void shouldServeAServerThatHasNotYetToldOfAllAnswersItGot() {
        server.isAcknowledging = false;
        for (int id = 0; id < 1100; id++) {
            sendRequest(server, id, request(BlockRequestKind.FLUSH, 0, 0, 0));
            if (id % 32 == 0) {
                fixture.exchange(server);
            }
        }
        fixture.exchange(server);
        assertEquals(1, fixture.endpoint.peers().size());
    }
}
