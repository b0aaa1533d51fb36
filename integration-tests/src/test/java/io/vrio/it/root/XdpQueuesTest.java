// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.it.Requires;
import io.vrio.transport.link.LinkFixture;
import io.vrio.transport.link.LinkKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AF_XDP sockets where frames come in by several queues, and several links on one interface. */
@Tag("root")
final class XdpQueuesTest {
    /** So many TCP ports that the kernel uses each of a few queues for some of them. */
    private static final int SENDERS = 16;

    private final List<LinkEnd> senders = new ArrayList<>();
    private Namespaces namespaces;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        namespaces = new Namespaces(1500);
    }

    @AfterEach
    void close() {
        if (namespaces != null) {
            senders.forEach(LinkEnd::close);
            namespaces.close();
        }
    }

    private void openQueues(int count) {
        assumeTrue(
                Runtime.getRuntime().availableProcessors() >= count,
                "a veth pair has as many queues as there are CPUs, and " + count + " are needed");
        for (Namespace end : List.of(namespaces.left(), namespaces.right())) {
            String queues = Integer.toString(count);
            end.run("ethtool", "-L", Namespaces.INTERFACE, "rx", queues, "tx", queues);
        }
    }

    private LinkEnd openRight(LinkKind kind) {
        return new LinkEnd(namespaces.right(), namespaces.rightAddress(), kind);
    }

    /** Each of them sends one frame, which must come. */
    private void receiveFromAll(LinkEnd receiver) {
        for (int i = 0; i < SENDERS; i++) {
            LinkEnd sender = new LinkEnd(namespaces.left(), namespaces.leftAddress());
            senders.add(sender);
            try (LinkFixture wire =
                    new LinkFixture(
                            sender.link(),
                            receiver.link(),
                            sender.endpoint(),
                            receiver.endpoint())) {
                assertTrue(wire.send(1, 500));
                assertTrue(LinkEnd.await(wire::receive), "a frame arrives");
                assertNull(wire.invalidReason());
                assertEquals(sender.endpoint().port(), wire.header().sourcePort());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void shouldReceiveByEachQueue(int count) {
        openQueues(count);
        try (LinkEnd right = openRight(LinkKind.XDP)) {
            assertEquals(LinkKind.XDP, right.link().kind(), right::reason);
            receiveFromAll(right);
        }
    }

    @Test
    void shouldReceiveByAQueueThatCameLater() {
        openQueues(1);
        try (LinkEnd right = openRight(LinkKind.XDP)) {
            openQueues(2);
            receiveFromAll(right);
        }
    }

    @Test
    void shouldLeaveTheFramesOfOtherLinksAlone() {
        try (LinkEnd first = openRight(LinkKind.XDP);
                LinkEnd second = openRight(LinkKind.XDP)) {
            assertEquals(LinkKind.XDP, first.link().kind(), first::reason);
            assertEquals(LinkKind.PACKET, second.link().kind());
            receiveFromAll(second);
            receiveFromAll(first);
        }
    }

    @Test
    void shouldTakeOverFromALinkThatHasGone() {
        openRight(LinkKind.XDP).close();
        try (LinkEnd right = openRight(LinkKind.XDP)) {
            assertEquals(LinkKind.XDP, right.link().kind(), right::reason);
            receiveFromAll(right);
        }
    }
}
