// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.remote.RawEnd.Segment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of an IOhyp that are cut up, or make no sense. */
final class RemoteDiskAnswerTest {
    private final PeerFixture fixture = new PeerFixture();
    private final RemoteDisk disk = fixture.peer.openDisk("vm1");

    @BeforeEach
    void attach() {
        fixture.establish();
        fixture.attach(1, 1);
        fixture.takeRequests();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Segment onlyRequest() {
        fixture.exchange();
        List<Segment> requests = fixture.takeRequests();
        assertEquals(1, requests.size());
        return requests.get(0);
    }

    private void assertBreaksTheProtocol(Segment request, int messageLength, int at, int length) {
        fixture.iohyp.begin();
        fixture.iohyp.add(
                MessageKind.RESPONSE, 1, request.id(), messageLength, at, new byte[length]);
        fixture.iohyp.send();
        fixture.exchange();
        assertTrue(fixture.reason().contains("broke the protocol"), fixture.reason());
        assertEquals(PeerFixture.BUFFERS, fixture.buffers.available());
        assertEquals(1, disk.underWay());
    }

    @Test
    void shouldRefuseDataForAWrite() {
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        assertBreaksTheProtocol(onlyRequest(), 16 + 512, 0, 16 + 512);
    }

    @Test
    void shouldRefuseMoreDataThanWasAskedFor() {
        fixture.submit(disk, BlockRequestKind.READ, 0);
        assertBreaksTheProtocol(onlyRequest(), 16 + 1024, 16, 1024);
    }

    @Test
    void shouldRefuseAnAnswerWithoutItsData() {
        fixture.submit(disk, BlockRequestKind.READ, 0);
        assertBreaksTheProtocol(onlyRequest(), 16, 0, 16);
    }

    @Test
    void shouldRefuseACutHeader() {
        fixture.submit(disk, BlockRequestKind.READ, 0);
        assertBreaksTheProtocol(onlyRequest(), 16 + 512, 0, 15);
    }

    @Test
    void shouldRefuseDataThatOverlapsTheHeader() {
        fixture.submit(disk, BlockRequestKind.READ, 0);
        assertBreaksTheProtocol(onlyRequest(), 16 + 512, 8, 100);
    }

    @Test
    void shouldTakeDataThatOvertakesTheHeader() {
        fixture.submit(disk, BlockRequestKind.READ, 0);
        int id = onlyRequest().id();
        fixture.iohyp.begin().add(MessageKind.RESPONSE, 1, id, 528, 100, new byte[428]).send();
        fixture.exchange();
        assertEquals(List.of(), fixture.ended);
        fixture.iohyp.begin().add(MessageKind.RESPONSE, 1, id, 528, 0, new byte[100]).send();
        fixture.exchange();
        assertEquals(List.of(IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldIgnoreAnswersOnAnUnknownFlow() {
        fixture.iohyp.send(MessageKind.RESPONSE, 99, 1, new byte[16]);
        fixture.exchange();
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }
}
