// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;
import io.vrio.it.Requires;
import io.vrio.transport.link.LinkCounter;
import io.vrio.transport.link.LinkFixture;
import io.vrio.transport.link.LinkKind;
import io.vrio.transport.link.SocketLink;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links over a veth pair, of either kind at either end. */
@Tag("root")
@ParameterizedClass(name = "{0}, {1} to {2}")
@MethodSource("kinds")
final class SocketLinkTest {
    private static final int MTU = 1500;

    @Parameter(0)
    private IpVersion version;

    @Parameter(1)
    private LinkKind leftKind;

    @Parameter(2)
    private LinkKind rightKind;

    private Namespaces namespaces;
    private LinkEnd left;
    private LinkEnd right;
    private LinkFixture wire;

    static Stream<Arguments> kinds() {
        return Arrays.stream(IpVersion.values())
                .flatMap(
                        version ->
                                Arrays.stream(LinkKind.values())
                                        .flatMap(kind -> kinds(version, kind)));
    }

    private static Stream<Arguments> kinds(IpVersion version, LinkKind left) {
        return Arrays.stream(LinkKind.values()).map(right -> Arguments.of(version, left, right));
    }

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        namespaces = new Namespaces(MTU, version);
        left = new LinkEnd(namespaces.left(), namespaces.leftAddress(), leftKind);
        right = new LinkEnd(namespaces.right(), namespaces.rightAddress(), rightKind);
        assertEquals(leftKind, left.link().kind(), left::reason);
        assertEquals(rightKind, right.link().kind(), right::reason);
        wire = new LinkFixture(left.link(), right.link(), left.endpoint(), right.endpoint());
    }

    @AfterEach
    void close() {
        if (namespaces != null) {
            wire.close();
            right.close();
            left.close();
            namespaces.close();
        }
    }

    private int segmentMax() {
        return MTU - version.segmentOverhead();
    }

    /** Frames cross a veth pair within the system call, up to the receiver's softirq. */
    private void receive() {
        assertTrue(LinkEnd.await(wire::receive), "a frame arrives");
    }

    @Test
    void shouldCarryASuperFrameWhole() {
        assertTrue(wire.send(1, 65_000));
        receive();
        assertNull(wire.invalidReason());
        assertEquals(FrameHeader.DATA_LENGTH + version.shift() + 65_000, wire.receivedLength());
        assertTrue(wire.isPayloadRight());
    }

    @Test
    void shouldCarryTheLargestSuperFrameWhole() {
        assertTrue(wire.send(1, FrameHeader.PAYLOAD_MAX));
        receive();
        assertNull(wire.invalidReason());
        assertEquals(FrameHeader.PAYLOAD_MAX, wire.header().payloadLength());
        assertTrue(wire.isPayloadRight());
    }

    /** Receives frames until they hold {@code byteCount} bytes; returns where each began. */
    private List<Integer> receiveBytes(int byteCount) {
        List<Integer> offsets = new ArrayList<>();
        int bytes = 0;
        while (bytes < byteCount) {
            receive();
            // A frame with bytes of two super-frames would be outside of its own.
            assertNull(wire.invalidReason());
            assertTrue(wire.isPayloadRight());
            offsets.add(wire.header().superFrameOffset());
            bytes += wire.header().payloadLength();
        }
        assertEquals(byteCount, bytes);
        return offsets;
    }

    @Test
    void shouldCarryASuperFrameInSegments() {
        namespaces.withoutOffloads();
        assertTrue(wire.send(1, 65_000));
        List<Integer> offsets = receiveBytes(65_000);
        assertEquals((65_000 - 1) / segmentMax() + 1, offsets.size());
        assertEquals(List.of(0, segmentMax(), 2 * segmentMax()), offsets.subList(0, 3));
    }

    @Test
    void shouldReadWhatTheKernelHasRegrouped() {
        assumeTrue(rightKind == LinkKind.PACKET, "generic XDP switches GRO off");
        namespaces.withoutOffloads();
        namespaces.right().run("ethtool", "-K", Namespaces.INTERFACE, "gro", "on");
        assertTrue(wire.send(1, 65_000));
        assertTrue(wire.send(65_001, 65_000));
        int frames = receiveBytes(130_000).size();
        assertTrue(frames < 90, frames + " frames for 90 segments and more");
    }

    @Test
    void shouldCountWhatItsBufferCouldNotHold() {
        int frames = 0;
        while (right.link().counters().value(LinkCounter.RECEIVE_OVERRUN) == 0 && frames < 5000) {
            wire.send(1, 65_000);
            frames++;
        }
        // 32 MiB, which the kernel doubles for its own needs, hold hundreds of super-frames.
        assertTrue(frames > 300 && frames < 5000, frames + " frames until the first was lost");
    }

    @Test
    void shouldGatherMorePiecesThanASystemCallTakes() {
        assertTrue(wire.sendShredded(1, 3000));
        receive();
        assertNull(wire.invalidReason());
        assertEquals(3000, wire.header().payloadLength());
        assertTrue(wire.isPayloadRight());
    }

    @Test
    void shouldNotSeeFramesToAnotherPort() {
        LinkEnd other = new LinkEnd(namespaces.right(), namespaces.rightAddress(), LinkKind.PACKET);
        try (LinkFixture aside =
                new LinkFixture(left.link(), other.link(), left.endpoint(), other.endpoint())) {
            assertTrue(aside.sendAck(77));
            assertTrue(wire.sendAck(88));
            receive();
            assertEquals(88, wire.header().sequence());
            assertFalse(wire.receive());
        } finally {
            other.close();
        }
    }

    /** An address that differs in one of its words of four bytes from the one that is ours. */
    private IpAddress neighbourOf(IpAddress own, int word) {
        byte[] bytes = own.bytes();
        bytes[4 * word % bytes.length + 3] ^= 1;
        return IpAddress.of(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void shouldNotSeeFramesToAnotherAddress(int word) {
        Endpoint own = right.endpoint();
        IpAddress foreign = neighbourOf(own.address(), word);
        Endpoint other = new Endpoint(own.hardwareAddress(), foreign, own.port());
        try (LinkFixture aside =
                new LinkFixture(left.link(), right.link(), left.endpoint(), other)) {
            assertTrue(aside.sendAck(77));
            assertTrue(wire.sendAck(88));
            receive();
            assertEquals(88, wire.header().sequence());
            assertFalse(wire.receive());
        }
    }

    @Test
    void shouldSeeTcpBehindAnIpv6ExtensionHeaderSoThatItIsCounted() {
        assumeTrue(version == IpVersion.V6, "IPv4 has no extension headers");
        final int destinationOptions = 60;
        final int tcp = 6;
        final int udp = 17;
        assertTrue(wire.sendExtended(destinationOptions, udp));
        assertTrue(wire.sendExtended(destinationOptions, tcp));
        receive();
        assertEquals("not TCP, or behind an IPv6 extension header", wire.invalidReason());
        assertFalse(wire.receive());
    }

    @Test
    void shouldDropAFrameThatDoesNotFitTheBuffer() {
        assertTrue(wire.send(1, 1000));
        assertTrue(wire.sendAck(1001));
        try (NativeBuffer small = new NativeBuffer(100)) {
            SocketLink link = right.link();
            int ackLength = FrameHeader.DATA_LENGTH + version.shift();
            assertTrue(LinkEnd.await(() -> link.receive(small.slice()) == ackLength));
            assertEquals(1, link.counters().value(LinkCounter.RECEIVE_CUT));
        }
    }

    @Test
    void shouldTellThatTheInterfaceIsDownAndGoOnWhenItIsUp() {
        namespaces.left().run("ip", "link", "set", Namespaces.INTERFACE, "down");
        assertFalse(wire.sendAck(1));
        assertEquals(1, left.link().counters().value(LinkCounter.SEND_LINK_DOWN));
        assertFalse(left.port().isRunning());
        namespaces.left().run("ip", "link", "set", Namespaces.INTERFACE, "up");
        assertTrue(LinkEnd.await(left.port()::isRunning));
        assertTrue(LinkEnd.await(() -> wire.sendAck(2) && wire.receive()));
        assertNull(wire.invalidReason());
    }

    @Test
    void shouldTellThatTheInterfaceIsGone() {
        namespaces.left().run("ip", "link", "delete", Namespaces.INTERFACE);
        assertFalse(wire.sendAck(1));
        assertEquals(1, left.link().counters().value(LinkCounter.SEND_LINK_DOWN));
        assertFalse(left.port().isRunning());
    }

    @Test
    void shouldReadAChangedMtu() {
        assertEquals(MTU, left.link().mtu());
        namespaces.left().run("ip", "link", "set", Namespaces.INTERFACE, "mtu", "9000");
        assertEquals(9000, left.link().mtu());
    }

    @Test
    void shouldRefuseAFrameLargerThanTheMtu() {
        namespaces.left().run("ip", "link", "set", Namespaces.INTERFACE, "mtu", "1400");
        assertFalse(wire.send(1, segmentMax()));
        assertEquals(1, left.link().counters().value(LinkCounter.SEND_TOO_LARGE));
    }

    @Test
    void shouldSurvivePayloadMemoryThatAGuestTookAway() {
        final int length = 8192;
        int file = Linux.check(Linux.memfdCreate("guest"), "memfd_create");
        Linux.check(Linux.ftruncate(file, length), "ftruncate");
        long address = Linux.mmap(0, length, 3, 1, file, 0);
        SliceList payload = new SliceList();
        payload.add(new MemorySlice(address, length), 0, length);
        MemoryFaults.onMapped();
        Linux.check(Linux.ftruncate(file, 0), "ftruncate");
        try (NativeBuffer headers = new NativeBuffer(FrameHeader.HEADERS_MAX)) {
            FrameWriter writer = new FrameWriter(left.endpoint(), right.endpoint(), MTU);
            int headersLength = writer.writeData(headers.slice(), 1, 0, 0, length);
            assertThrows(
                    InternalError.class,
                    () -> left.link().send(headers.slice(), headersLength, payload, 0, length));
            assertEquals(1, left.link().counters().value(LinkCounter.SEND_BAD_MEMORY));
        } finally {
            Linux.munmap(address, length);
            MemoryFaults.onUnmapped();
            Linux.close(file);
        }
    }
}
