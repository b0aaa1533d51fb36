// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.it.Requires;
import io.vrio.transport.link.GuardSocket;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpVersion;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the kernel answers to frames that are not its own. */
@Tag("root")
@ParameterizedClass
@EnumSource(IpVersion.class)
final class GuardSocketTest {
    @Parameter private IpVersion version;
    private Namespaces namespaces;
    private LinkEnd left;
    private LinkEnd right;
    private final NativeBuffer buffer = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final FrameHeader header = new FrameHeader().wrap(buffer.slice());

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        namespaces = new Namespaces(1500, version);
        left = new LinkEnd(namespaces.left(), namespaces.leftAddress());
        right = new LinkEnd(namespaces.right(), namespaces.rightAddress());
    }

    @AfterEach
    void close() {
        if (namespaces != null) {
            right.close();
            left.close();
            namespaces.close();
        }
        buffer.close();
    }

    private void send(FrameWriter writer, int acknowledgement) {
        int length = writer.writeAck(buffer.slice(), 1, acknowledgement, 1 << 20);
        assertTrue(left.link().send(buffer.slice(), length, null, 0, 0));
    }

    private int receivedLength() {
        int[] length = new int[1];
        assertTrue(LinkEnd.await(() -> (length[0] = left.link().receive(buffer.slice())) > 0));
        return length[0];
    }

    @Test
    void shouldKeepTheKernelQuietAsLongAsItLives() {
        FrameWriter writer = new FrameWriter(left.endpoint(), right.endpoint(), 1500);
        send(writer, 1111);
        right.guard().close();
        send(writer, 2222);
        // The RST to an unknown segment has the sequence number that the segment acknowledges.
        assertNull(header.invalidReason(receivedLength()));
        assertEquals(FrameHeader.RST, header.flags());
        assertEquals(2222, header.sequence());
        assertEquals(right.endpoint(), header.source());
        assertEquals(0, left.link().receive(buffer.slice()));
    }

    @Test
    void shouldKeepTheKernelQuietAboutSyn() {
        FrameWriter writer = new FrameWriter(left.endpoint(), right.endpoint(), 1500);
        int length = writer.writeSyn(buffer.slice(), 5, 1 << 20);
        assertTrue(left.link().send(buffer.slice(), length, null, 0, 0));
        right.guard().close();
        send(writer, 2222);
        assertNull(header.invalidReason(receivedLength()));
        assertEquals(2222, header.sequence());
    }

    @Test
    void shouldGiveTheFrameToThePacketSocket() {
        send(new FrameWriter(left.endpoint(), right.endpoint(), 1500), 1111);
        assertTrue(LinkEnd.await(() -> right.link().receive(buffer.slice()) > 0));
        header.wrap(buffer.slice());
        assertEquals(1111, header.acknowledgement());
    }

    private String refusal(Callable<GuardSocket> opening) {
        return assertThrows(LinkException.class, () -> namespaces.left().call(opening).close())
                .getMessage();
    }

    @Test
    void shouldTellThatThePortIsTaken() {
        int port = left.guard().port();
        assertEquals(
                "TCP port "
                        + Endpoint.format(namespaces.leftAddress(), port)
                        + " is used by another program (see `ss -tlnp`): stop it or choose another"
                        + " port",
                refusal(() -> GuardSocket.open(left.port(), port)));
    }

    @Test
    void shouldTellThatTheAddressIsNotHere() {
        namespaces.left().run("ip", "address", "flush", "dev", Namespaces.INTERFACE);
        assertEquals(
                "address "
                        + namespaces.leftAddress()
                        + " is not on this machine: give it to an interface with `ip address"
                        + " add`, or name another",
                refusal(() -> GuardSocket.open(left.port(), 7000)));
    }

    @Test
    void shouldTakeThePortThatIsAskedFor() {
        GuardSocket guard = namespaces.left().call(() -> GuardSocket.open(left.port(), 7000));
        assertEquals(7000, guard.port());
        guard.close();
        assertFalse(namespaces.left().run("ss", "-tln").contains(":7000"));
    }
}
