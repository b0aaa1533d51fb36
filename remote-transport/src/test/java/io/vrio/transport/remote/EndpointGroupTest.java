// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of an IOhyp's endpoints servers are sent to: one is on the wire, one further away. */
final class EndpointGroupTest {
    private static final String TO_OTHER = "{\"type\":\"redirect\",\"port\":8747}";
    private static final String ATTACH = "{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}";

    private final EndpointFixture fixture = new EndpointFixture();
    private final EndpointGroup group = new EndpointGroup();
    private final IohypEndpoint other =
            new IohypEndpoint(
                    new EndpointOptions(
                            new Endpoint(2, IpAddress.parse("10.0.0.2"), 8747),
                            7,
                            1500,
                            EndpointFixture.TIMEOUT_NS,
                            Optional.empty()),
                    MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.WHOLE, 16)),
                    new Catalogs(fixture.catalog, (nic, server, epoch) -> null),
                    fixture.clock,
                    fixture.buffers,
                    new SplittableRandom(1));

    private void joinFirst() {
        fixture.endpoint.join(group, Runnable::run);
        other.join(group, Runnable::run);
    }

    private void joinSecond() {
        other.join(group, Runnable::run);
        fixture.endpoint.join(group, Runnable::run);
    }

    @AfterEach
    void close() {
        other.close();
        fixture.close();
    }

    private RawEnd come(int port, String name, String worker) {
        RawEnd server = fixture.server(port);
        server.sendSyn(1000 + port);
        fixture.exchange(server);
        server.control(EndpointFixture.hello(name, 1).replace("}", worker + "}"));
        fixture.exchange(server);
        return server;
    }

    private RawEnd come(int port, String name) {
        return come(port, name, ",\"worker\":0");
    }

    private static boolean isSentAway(RawEnd server) {
        return server.takeControl().contains(TO_OTHER);
    }

    private void say(RawEnd server, String json) {
        server.control(json);
        fixture.exchange(server);
    }

    @Test
    void shouldSendServersWhereThereIsMostRoom() {
        joinFirst();
        assertEquals(false, isSentAway(come(40_000, "alpha")));
        assertEquals(true, isSentAway(come(40_001, "beta")));
        assertEquals(false, isSentAway(come(40_002, "gamma")));
        assertEquals(true, isSentAway(come(40_003, "delta")));
    }

    @Test
    void shouldWelcomeBeforeItSendsAway() {
        joinFirst();
        come(40_000, "alpha");
        List<String> control = come(40_001, "beta").takeControl();
        assertTrue(control.get(0).startsWith("{\"type\":\"welcome\""), control.toString());
        assertEquals(List.of(TO_OTHER), control.subList(1, control.size()));
    }

    @Test
    void shouldKeepWhoWouldNotUnderstand() {
        joinFirst();
        come(40_000, "alpha");
        assertEquals(false, isSentAway(come(40_001, "beta", "")));
    }

    @Test
    void shouldKeepWhoHasFoundNobodyThere() {
        joinFirst();
        come(40_000, "alpha");
        come(40_001, "beta").sendFin();
        fixture.endpoint.doWork();
        RawEnd back = come(40_002, "beta");
        assertEquals(false, isSentAway(back));
        fixture.endpoint.shedAll();
        fixture.exchange(back);
        assertEquals(false, isSentAway(back));
    }

    @Test
    void shouldSendNobodyToAnEndpointThatEnds() {
        joinFirst();
        group.setLeaving(other, true);
        come(40_000, "alpha");
        assertEquals(false, isSentAway(come(40_001, "beta")));
        group.setLeaving(other, false);
        assertEquals(true, isSentAway(come(40_002, "gamma")));
    }

    @Test
    void shouldSendWhoHasNicsToTheFirst() {
        joinSecond();
        RawEnd server = come(40_000, "alpha");
        server.takeSegments();
        say(server, "{\"type\":\"attach-nic\",\"flow\":2,\"nic\":\"lan\"}");
        assertEquals(List.of(TO_OTHER), server.takeControl());
    }

    @Test
    void shouldTellAnOldServerWhereNicsAre() {
        joinSecond();
        RawEnd server = come(40_000, "alpha", "");
        server.takeSegments();
        say(server, "{\"type\":\"attach-nic\",\"flow\":2,\"nic\":\"lan\"}");
        assertTrue(server.takeControl().get(0).contains("set --peer to its first port"));
    }

    @Test
    void shouldMoveAboutTheShareThatIsAskedFor() {
        joinFirst();
        RawEnd busy = come(40_000, "alpha");
        group.setLeaving(other, true);
        RawEnd idle = come(40_001, "beta");
        group.setLeaving(other, false);
        fixture.endpoint.markLoad();
        say(busy, ATTACH);
        say(busy, ATTACH);
        say(busy, ATTACH);
        say(idle, ATTACH);
        fixture.endpoint.markLoad();
        idle.takeSegments();
        assertEquals(0, fixture.endpoint.shed(0.05, other));
        assertEquals(1, fixture.endpoint.shed(0.25, other));
        fixture.exchange(idle);
        assertEquals(true, isSentAway(idle));
    }
}
