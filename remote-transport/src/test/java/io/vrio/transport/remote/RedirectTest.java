// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.PeerFixture.MS;
import static io.vrio.transport.remote.PeerFixture.PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server does when its IOhyp sends it to another port. */
final class RedirectTest {
    private static final int OTHER = 8748;

    private final PeerFixture fixture = new PeerFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void redirect(int port) {
        fixture.iohyp.control("{\"type\":\"redirect\",\"port\":" + port + "}");
        fixture.exchange();
    }

    private String address() {
        return fixture.peer.association().remote().toString();
    }

    private List<PeerEventKind> events() {
        return fixture.peer.status().events().stream().map(PeerEvent::kind).toList();
    }

    @Test
    void shouldOpenItsAssociationAtTheOtherPortAtOnce() {
        fixture.establish();
        redirect(OTHER);
        assertEquals(1, fixture.iohyp.count(FrameHeader.FIN));
        assertEquals(PeerState.OPENING, fixture.state());
        fixture.listenAt(OTHER);
        fixture.establish();
        assertEquals("10.0.0.2:" + OTHER, address());
        assertTrue(events().contains(PeerEventKind.REDIRECTED), events().toString());
    }

    @Test
    void shouldBeRedirectedBeforeItHasProvedThePath() {
        fixture.open(500);
        fixture.iohyp.control(PeerFixture.welcome(1, 1500, "none"));
        redirect(OTHER);
        fixture.listenAt(OTHER);
        fixture.establish();
        assertEquals("10.0.0.2:" + OTHER, address());
    }

    @Test
    void shouldSendRequestsThatWereNotAnsweredAgain() {
        RemoteDisk disk = fixture.peer.openDisk("vm1");
        fixture.establish();
        fixture.attach(1, 5);
        fixture.submit(disk, BlockRequestKind.WRITE, 0);
        fixture.exchange();
        assertEquals(1, fixture.takeRequests().size());
        redirect(OTHER);
        assertEquals(List.of(), fixture.ended);
        fixture.listenAt(OTHER);
        fixture.establish();
        List<String> control = fixture.iohyp.takeControl();
        assertTrue(control.stream().anyMatch(c -> c.endsWith("\"claim\":2}")), control.toString());
        fixture.attach(1, 5);
        fixture.exchange();
        fixture.answer(fixture.takeRequests().get(0), IoStatus.OK, 0);
        assertEquals(List.of(IoStatus.OK), fixture.ended);
    }

    @Test
    void shouldGoBackWhenNobodyListensAtTheOtherPort() {
        fixture.establish();
        redirect(OTHER);
        fixture.listenAt(OTHER);
        fixture.iohyp.sendRst();
        fixture.exchange();
        assertTrue(fixture.reason().contains("nothing listens at 10.0.0.2:" + OTHER));
        fixture.listenAt(PORT);
        fixture.establish();
        assertEquals("10.0.0.2:" + PORT, address());
    }

    @Test
    void shouldGoBackWhenTheOtherPortIsSilent() {
        fixture.establish();
        redirect(OTHER);
        fixture.pass(PeerPort.ANSWER_NS - MS);
        assertEquals(PeerState.OPENING, fixture.state());
        fixture.passUntil(PeerState.WAITING);
        assertTrue(fixture.reason().contains("no answer from 10.0.0.2:" + OTHER));
        fixture.establish();
        assertEquals("10.0.0.2:" + PORT, address());
    }

    @Test
    void shouldGoBackWhenTheAssociationAtTheOtherPortIsLost() {
        fixture.establish();
        redirect(OTHER);
        fixture.listenAt(OTHER);
        fixture.establish();
        fixture.iohyp.sendFin();
        fixture.exchange();
        fixture.listenAt(PORT);
        fixture.establish();
        assertEquals("10.0.0.2:" + PORT, address());
    }

    @Test
    void shouldStayWhereItIsWhenSentThere() {
        fixture.establish();
        redirect(PORT);
        assertEquals(PeerState.ESTABLISHED, fixture.state());
        assertEquals(0, fixture.iohyp.count(FrameHeader.FIN));
    }

    @Test
    void shouldTakeARedirectBeforeTheWelcomeForABrokenProtocol() {
        fixture.open(500);
        redirect(OTHER);
        assertEquals(PeerState.WAITING, fixture.state());
        assertTrue(fixture.reason().contains("redirected before it was welcomed"));
    }

    /** Sent on, it comes to the other of two ports, and is sent back from there. */
    private void circle(int from) {
        int to = from == PORT ? OTHER : PORT;
        redirect(to);
        fixture.listenAt(to);
        fixture.establish();
    }

    @Test
    void shouldStayWhenItIsSentInACircle() {
        fixture.establish();
        circle(PORT);
        circle(OTHER);
        circle(PORT);
        circle(OTHER);
        assertEquals("10.0.0.2:" + PORT, address());
        redirect(OTHER);
        assertEquals(PeerState.ESTABLISHED, fixture.state());
        fixture.pass(PeerPort.INTERVAL_NS / 8);
        fixture.iohyp.acknowledge();
        redirect(OTHER);
        assertEquals("10.0.0.2:" + PORT, address());
    }

    @Test
    void shouldFollowAgainAfterAWhile() {
        PeerPort port = new PeerPort(IpAddress.parse("10.0.0.2"), PORT);
        for (int i = 0; i < PeerPort.REDIRECTS_MAX; i++) {
            assertTrue(port.redirect(OTHER + i, 7));
        }
        assertEquals(false, port.redirect(1, 7 + PeerPort.INTERVAL_NS - 1));
        assertTrue(port.redirect(1, 7 + PeerPort.INTERVAL_NS));
        assertEquals(1, port.number());
    }
}
