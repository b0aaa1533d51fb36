// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.AnonymousMemory;
import io.vrio.common.sys.Bpf;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel answers when it runs the program for a frame (BPF_PROG_TEST_RUN). */
@Tag("root")
final class XdpProgramTest {
    private static final long STATION = 0x02_A0_B0_C0_D0_E0L;
    private static final long OTHER_STATION = 0x02_00_00_00_00_01L;
    private static final int PORT = 8746;
    private static final int FRAME_MAX = 1000;

    // Offsets in an Ethernet frame.
    private static final int TYPE = 12;
    private static final int IP = 14;
    private static final int IP_FRAGMENT = 20;
    private static final int IP_PROTOCOL = 23;
    private static final int IP6_NEXT_HEADER = 20;

    private final NativeBuffer buffer = new NativeBuffer(FRAME_MAX + 100);
    private final MemorySlice memory = buffer.slice();
    private int map = -1;
    private int socket = -1;
    private int program = -1;
    private AnonymousMemory umem;

    @BeforeEach
    void open() {
        try {
            map = Bpf.createSocketMap(1);
        } catch (ErrnoException e) {
            abort("no eBPF here: " + e.getMessage());
        }
    }

    @AfterEach
    void close() {
        for (int fd : new int[] {program, socket, map}) {
            Linux.close(fd);
        }
        if (umem != null) {
            umem.close();
        }
        buffer.close();
    }

    private static IpAddress address(IpVersion version, int number) {
        return switch (version) {
            case V4 -> IpAddress.parse("10.200.30." + number);
            case V6 -> IpAddress.parse("fd80:1122:3344:5566:7788:99aa:bbcc:dd0" + number);
        };
    }

    /** A socket that receives by queue 0, which is the one of test runs; bound to nothing. */
    private void openSocket() {
        final int chunks = 64;
        final int xdp = 283;
        socket = Linux.check(Linux.socket(XdpSocket.AF_XDP, 3, 0), "socket AF_XDP");
        umem = new AnonymousMemory(chunks * 4096L);
        memory.putLong(0, umem.slice().address(0, chunks * 4096L));
        memory.putLong(8, chunks * 4096L);
        memory.putInt(16, 4096);
        memory.putInt(20, 0);
        Linux.check(Linux.setsockopt(socket, xdp, 4, memory.address(0, 24), 24), "XDP_UMEM_REG");
        Linux.check(Linux.setsockopt(socket, xdp, 2, chunks), "XDP_RX_RING");
        Linux.check(Linux.setsockopt(socket, xdp, 5, chunks), "XDP_UMEM_FILL_RING");
        Linux.check(Linux.setsockopt(socket, xdp, 6, chunks), "XDP_UMEM_COMPLETION_RING");
        Bpf.putSocket(map, 0, socket);
    }

    private void load(IpVersion version) {
        program = XdpProgram.load(map, STATION, address(version, 1), PORT, FRAME_MAX);
    }

    /** Writes an acknowledgement to our address and port; returns it as an Ethernet frame. */
    private MemorySlice frame(IpVersion version) {
        Endpoint source = new Endpoint(OTHER_STATION, address(version, 2), 40_000);
        Endpoint own = new Endpoint(STATION, address(version, 1), PORT);
        int length = new FrameWriter(source, own, 1500).writeAck(memory, 1, 1, 1 << 20);
        return memory.slice(FrameHeader.VNET_LENGTH, length - FrameHeader.VNET_LENGTH);
    }

    private MemorySlice prepare(IpVersion version) {
        openSocket();
        load(version);
        return frame(version);
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldRedirectFramesToOurAddressAndPort(IpVersion version) {
        assertEquals(Bpf.XDP_REDIRECT, Bpf.run(program(version), frame(version)));
    }

    private int program(IpVersion version) {
        prepare(version);
        return program;
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldPassFramesOfAQueueWithoutSocket(IpVersion version) {
        load(version);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame(version)));
    }

    @ParameterizedTest
    @CsvSource({
        // Each byte of station, Ethernet type, address and port.
        "V4, 0", "V4, 1", "V4, 2", "V4, 3", "V4, 4", "V4, 5", "V4, 12", "V4, 13", "V4, 30",
        "V4, 31", "V4, 32", "V4, 33", "V4, 36", "V4, 37", "V6, 0", "V6, 5", "V6, 12", "V6, 13",
        "V6, 38", "V6, 41", "V6, 42", "V6, 45", "V6, 46", "V6, 49", "V6, 50", "V6, 53", "V6, 56",
        "V6, 57"
    })
    void shouldPassFramesToOthers(IpVersion version, int offset) {
        MemorySlice frame = prepare(version);
        frame.putByte(offset, (byte) (frame.getByte(offset) ^ 1));
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame));
    }

    @ParameterizedTest
    @CsvSource({"V4, 6, 9", "V4, 26, 29", "V4, 34, 35", "V6, 6, 11", "V6, 22, 37", "V6, 54, 55"})
    void shouldNotMindWhoHasSentIt(IpVersion version, int first, int last) {
        MemorySlice frame = prepare(version);
        frame.fill(first, last - first + 1L, (byte) 0x5A);
        assertEquals(Bpf.XDP_REDIRECT, Bpf.run(program, frame));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x2000, 0x0001, 0x1F00, 0x2001})
    void shouldPassFragments(int field) {
        MemorySlice frame = prepare(IpVersion.V4);
        frame.putShortBigEndian(IP_FRAGMENT, field);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame));
    }

    @Test
    void shouldPassIpOptions() {
        MemorySlice frame = prepare(IpVersion.V4);
        frame.putByte(IP, (byte) 0x46);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame));
    }

    @Test
    void shouldPassUdp() {
        MemorySlice frame = prepare(IpVersion.V4);
        frame.putByte(IP_PROTOCOL, (byte) 17);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 43, 44, 58, 60})
    void shouldPassWhatIsNotTcpRightBehindIpv6(int nextHeader) {
        MemorySlice frame = prepare(IpVersion.V6);
        frame.putByte(IP6_NEXT_HEADER, (byte) nextHeader);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame));
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldPassFramesWithAVlanTag(IpVersion version) {
        final int tagLength = 4;
        MemorySlice frame = prepare(version);
        MemorySlice tagged = memory.slice(FrameHeader.VNET_LENGTH, frame.length() + tagLength);
        frame.copyTo(TYPE, tagged, TYPE + tagLength, frame.length() - TYPE);
        tagged.putShortBigEndian(TYPE, 0x8100);
        tagged.putShortBigEndian(TYPE + 2, 5);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, tagged));
    }

    @ParameterizedTest
    @CsvSource({"V4, V6", "V6, V4"})
    void shouldPassTheOtherVersionOfIp(IpVersion own, IpVersion other) {
        prepare(own);
        assertEquals(Bpf.XDP_PASS, Bpf.run(program, frame(other)));
    }

    @ParameterizedTest
    @CsvSource({
        "V4, 14, 2",
        "V4, 33, 2",
        "V4, 53, 2",
        "V4, 54, 4",
        "V6, 54, 2",
        "V6, 73, 2",
        "V6, 74, 4"
    })
    void shouldPassTruncatedFrames(IpVersion version, int length, int answer) {
        MemorySlice frame = prepare(version);
        assertEquals(answer, Bpf.run(program, frame.slice(0, length)));
    }

    @ParameterizedTest
    @CsvSource({"V4, 1000, 4", "V4, 1001, 2", "V6, 1000, 4", "V6, 1001, 2"})
    void shouldPassFramesThatAreTooLongForASocket(IpVersion version, int length, int answer) {
        prepare(version);
        MemorySlice longer = memory.slice(FrameHeader.VNET_LENGTH, length);
        assertEquals(answer, Bpf.run(program, longer));
    }

    @Test
    void shouldTellWhatTheVerifierSays() {
        final long exitWithoutResult = 0x95;
        ErrnoException refusal =
                assertThrows(
                        ErrnoException.class,
                        () -> Bpf.loadProgram(new long[] {exitWithoutResult}));
        assertTrue(refusal.getMessage().contains("R0 !read_ok"), refusal.getMessage());
    }
}
