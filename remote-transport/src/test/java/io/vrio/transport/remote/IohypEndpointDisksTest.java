// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How servers get their disks, and lose them. */
final class IohypEndpointDisksTest {
    private final EndpointFixture fixture = new EndpointFixture();

    private int peers() {
        return fixture.endpoint.peers().size();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void shouldAnswerTheSameAttachTwiceWithOneClaim() {
        RawEnd server = fixture.attached(40_000);
        server.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).contains("\"attached\""));
        assertEquals(1, fixture.catalog.claims().size());
    }

    @Test
    void shouldTellWhyADiskIsRefused() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        server.takeSegments();
        server.control("{\"type\":\"attach\",\"flow\":3,\"disk\":\"nothing\"}");
        fixture.exchange(server);
        assertEquals(
                List.of(
                        "{\"type\":\"attach-refused\",\"flow\":3,"
                                + "\"reason\":\"there is no disk nothing\"}"),
                server.takeControl());
    }

    @Test
    void shouldSurviveADiskNameThatNoAnswerCanHold() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        String name = "no" + "\\ud800".repeat(62);
        server.takeSegments();
        server.control("{\"type\":\"attach\",\"flow\":3,\"disk\":\"" + name + "\"}");
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).contains("there is no disk no??"));
    }

    @Test
    void shouldSendAwayWhoAsksForADiskNameWithoutEnd() {
        RawEnd server = fixture.welcomed(40_000, "alpha", 1);
        server.control("{\"type\":\"attach\",\"flow\":3,\"disk\":\"no" + "x".repeat(4000) + "\"}");
        fixture.exchange(server);
        assertEquals(0, peers());
    }

    @Test
    void shouldLetARestartedServerHaveItsDisks() {
        RawEnd old = fixture.welcomed(40_000, "alpha", 1);
        old.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(old);
        RawEnd restarted = fixture.welcomed(40_001, "alpha", 2);
        restarted.takeSegments();
        old.sendRst();
        fixture.exchange(old);
        restarted.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(restarted);
        assertTrue(restarted.takeControl().get(0).contains("\"attached\""));
        assertTrue(fixture.catalog.claims().get(0).isClosed());
    }

    private RawEnd worker(int port, int index) {
        RawEnd server = fixture.server(port);
        server.sendSyn(1000 + port);
        fixture.exchange(server);
        String hello = EndpointFixture.hello("alpha", 1);
        server.control(hello.replace("}", ",\"worker\":" + index + "}"));
        fixture.exchange(server);
        server.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(server);
        return server;
    }

    @Test
    void shouldServeTwoWorkersOfAServerSideBySide() {
        RawEnd first = worker(40_000, 0);
        RawEnd second = worker(40_001, 1);
        assertEquals(2, peers());
        assertTrue(first.takeControl().get(1).contains("\"attached\""));
        assertTrue(second.takeControl().get(1).contains("\"attached\""));
    }

    @Test
    void shouldEndTheOlderAssociationOfAWorkerThatHasANewOne() {
        worker(40_000, 0);
        worker(40_001, 1);
        worker(40_002, 1);
        assertEquals(
                List.of("10.0.0.1:40000", "10.0.0.1:40002"),
                fixture.endpoint.peers().stream().map(PeerStatus::address).toList());
    }

    @Test
    void shouldNotLetASecondServerOfTheSameNameTakeTheDisksOfTheFirst() {
        RawEnd first = fixture.welcomed(40_000, "alpha", 1);
        first.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(first);
        first.takeSegments();
        RawEnd second = fixture.welcomed(40_001, "alpha", 2);
        second.takeSegments();
        second.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        fixture.exchange(second);
        String refusal = second.takeControl().get(0);
        assertTrue(refusal.contains("\"attach-refused\"") && refusal.contains("--name"));
        assertFalse(fixture.catalog.claims().get(0).isClosed());
    }

    @Test
    void shouldTellOfLongWritesBeforeMoreAreReceived() {
        RawEnd server = fixture.attached(40_000);
        int length = 56 << 10;
        for (int id = 1; id <= 30; id++) {
            byte[] write = EndpointFixture.request(BlockRequestKind.WRITE, 0, length, length);
            EndpointFixture.sendRequest(server, id, write);
        }
        fixture.exchange(server);
        int first = server.takeSegments().size();
        assertTrue(first > 1 && first < 30, first + " ends");
        fixture.exchange(server);
        fixture.exchange(server);
        assertEquals(30, first + server.takeSegments().size());
    }

    @Test
    void shouldTellOfAResize() {
        RawEnd server = fixture.attached(40_000);
        fixture.catalog.resize(128 << 20);
        fixture.exchange(server);
        String changed = server.takeControl().get(0);
        assertTrue(changed.startsWith("{\"type\":\"changed\",\"flow\":1,"), changed);
        assertTrue(changed.contains("\"capacity\":134217728"), changed);
    }

    @Test
    void shouldTellThatItClosesBeforeClaimsEnd() {
        fixture.attached(40_000);
        fixture.endpoint.close();
        assertEquals(1, fixture.catalog.openAtEnd());
        assertTrue(fixture.catalog.claims().get(0).isClosed());
    }
}
