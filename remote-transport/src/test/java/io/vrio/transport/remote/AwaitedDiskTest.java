// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.wire.FrameHeader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a server fares with a disk that another worker of its IOhyp has. */
final class AwaitedDiskTest {
    private static final String ATTACH = "{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}";

    private final EndpointFixture fixture = new EndpointFixture();
    private final RawEnd server = fixture.welcomed(40_000, "alpha", 1);

    @BeforeEach
    void attach() {
        fixture.catalog.goAway();
        server.takeSegments();
        say(ATTACH);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void say(String json) {
        server.control(json);
        fixture.exchange(server);
    }

    private TestCatalog.Claim claim(int index) {
        return fixture.catalog.claims().get(index);
    }

    @Test
    void shouldBeToldWhenItHasTheDisk() {
        assertEquals(List.of(), server.takeControl());
        fixture.catalog.claimWaiting();
        fixture.exchange(server);
        assertTrue(server.takeControl().get(0).startsWith("{\"type\":\"attached\",\"flow\":1,"));
    }

    @Test
    void shouldBeToldWhyItHasNot() {
        fixture.catalog.refuseWaiting("it is in use");
        fixture.exchange(server);
        assertEquals(
                List.of("{\"type\":\"attach-refused\",\"flow\":1,\"reason\":\"it is in use\"}"),
                server.takeControl());
        say(ATTACH);
        assertEquals(1, fixture.catalog.waiting());
    }

    @Test
    void shouldWaitOnceHoweverOftenItAsks() {
        say(ATTACH);
        say(ATTACH);
        assertEquals(1, fixture.catalog.waiting());
        assertEquals(List.of(), server.takeControl());
    }

    @Test
    void shouldNotGetWhatItHasGivenUp() {
        say("{\"type\":\"detach\",\"flow\":1}");
        fixture.catalog.claimWaiting();
        fixture.exchange(server);
        assertTrue(claim(0).isClosed());
        assertEquals(List.of(), server.takeControl());
    }

    @Test
    void shouldGetTheDiskOnTheNextFlowAlone() {
        say("{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":2,\"disk\":\"disk\"}");
        fixture.catalog.claimWaiting();
        fixture.exchange(server);
        assertTrue(claim(0).isClosed());
        assertFalse(claim(1).isClosed());
        List<String> control = server.takeControl();
        assertEquals(1, control.size());
        assertTrue(control.get(0).startsWith("{\"type\":\"attached\",\"flow\":2,"));
    }

    @Test
    void shouldHaveNothingAfterItHasEnded() {
        server.sendFin();
        fixture.exchange(server);
        fixture.catalog.claimWaiting();
        assertTrue(claim(0).isClosed());
        fixture.checkClean(0);
    }

    @Test
    void shouldCountForAServerThatIsThere() {
        RawEnd restarted = fixture.welcomed(40_001, "alpha", 2);
        restarted.takeSegments();
        restarted.control(ATTACH);
        fixture.exchange(restarted);
        assertTrue(restarted.takeControl().get(0).contains("is here already"));
    }

    @Test
    void shouldNotHaveANicOnTheFlowItAwaitsTheDiskOn() {
        say("{\"type\":\"attach-nic\",\"flow\":1,\"nic\":\"nic\"}");
        assertEquals(1, server.count(FrameHeader.RST));
    }
}
