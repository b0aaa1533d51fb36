// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.backend;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.RouteNetlink;
import io.vrio.common.sys.TapDevice;
import java.io.PrintStream;
import java.util.Arrays;

/**
 * Compares the ways to give small frames to the kernel through a tap. Run it as root in a network
 * namespace of its own. Takes the name of a bridge, to have the frames forwarded to another tap,
 * which nobody reads; without one, the kernel takes them and drops them.
 */
public final class TapCost {
    private static final int ROUNDS = 7;
    private static final int FRAMES = 200_000;
    private static final int HEADER = TapDevice.HEADER_LENGTH;
    private static final int ETHERNET = 14;

    /** An EtherType for experiments (IEEE 802a): no protocol of the kernel takes such a frame. */
    private static final int ETHER_TYPE = 0x88B5;

    private static final int LENGTH_MAX = 65_000;

    // What TapDevice does, and IFF_NAPI.
    private static final long TUNSETIFF = 0x400454CAL;
    private static final long TUNSETVNETHDRSZ = 0x400454D8L;
    private static final int NAPI_FLAGS = 0x0010 | 0x0002 | 0x1000 | 0x4000;

    private enum Way {
        /** Header and frame lie behind each other. */
        WRITE,
        /** The header, and the frame in one piece elsewhere. */
        WRITEV_2,
        /** The header with a copy of the Ethernet header, and the rest elsewhere. */
        WRITEV_JOINED,
        /** The header, and the frame in two pieces. */
        WRITEV_3,
        /** Copied together first, then as the first way. */
        COPY_AND_WRITE,
        /** As the first way, into a tap that gathers frames for the kernel's receive path. */
        WRITE_NAPI
    }

    private final int tap;
    private final int napiTap;
    private final MemorySlice data;
    private final MemorySlice frame;
    private final MemorySlice iovecs;

    private TapCost(int tap, int napiTap, MemorySlice memory) {
        this.tap = tap;
        this.napiTap = napiTap;
        data = memory.slice(0, HEADER + LENGTH_MAX);
        frame = memory.slice(HEADER + LENGTH_MAX, HEADER + LENGTH_MAX);
        iovecs = memory.slice(2 * (HEADER + LENGTH_MAX), 64);
    }

    public static void main(String[] arguments) {
        String bridge = arguments.length > 0 ? arguments[0] : "";
        int napiTap = openNapi("cost1");
        try (TapDevice tap = TapDevice.open("cost0");
                TapDevice sink = TapDevice.open("cost2");
                NativeBuffer memory = new NativeBuffer(2 * (HEADER + LENGTH_MAX) + 64)) {
            start("cost0", bridge);
            start("cost1", bridge);
            start("cost2", bridge);
            assert sink.fd() >= 0;
            new TapCost(tap.fd(), napiTap, memory.slice()).run(System.out);
        } finally {
            Linux.close(napiTap);
        }
    }

    private static int openNapi(String name) {
        int fd = Linux.check(Linux.open("/dev/net/tun", Linux.O_RDWR, 0), "open /dev/net/tun");
        try (NativeBuffer buffer = new NativeBuffer(40)) {
            MemorySlice request = buffer.slice();
            for (int i = 0; i < name.length(); i++) {
                request.putByte(i, (byte) name.charAt(i));
            }
            request.putShort(16, (short) NAPI_FLAGS);
            Linux.check(Linux.ioctl(fd, TUNSETIFF, request.address(0, 40)), "TUNSETIFF");
            request.putInt(0, HEADER);
            Linux.check(Linux.ioctl(fd, TUNSETVNETHDRSZ, request.address(0, 4)), "header size");
            return fd;
        }
    }

    private static void start(String name, String bridge) {
        try (RouteNetlink netlink = new RouteNetlink()) {
            LinkStatus tap = netlink.link(name);
            if (!bridge.isEmpty()) {
                netlink.setMaster(tap.index(), netlink.link(bridge).index(), "join " + bridge);
            }
            netlink.setUp(tap.index(), name + " up");
        }
    }

    private void run(PrintStream out) {
        out.println("bytes  way             ns/frame: min  median  max   frames/s at the median");
        for (int length : new int[] {60, 1400}) {
            long[][] costs = new long[Way.values().length][ROUNDS];
            // In alternation, so that a noisy neighbour hits all ways alike.
            for (int round = 0; round < ROUNDS; round++) {
                for (Way way : Way.values()) {
                    costs[way.ordinal()][round] = measure(way, length);
                }
            }
            for (Way way : Way.values()) {
                out.println(line(length, way, costs[way.ordinal()]));
            }
        }
    }

    private static String line(int length, Way way, long[] costs) {
        Arrays.sort(costs);
        long median = costs[ROUNDS / 2];
        return String.format(
                "%5d  %-15s %13d %7d %5d  %8d",
                length, way, costs[0], median, costs[ROUNDS - 1], 1_000_000_000L / median);
    }

    /** Nanoseconds per frame. */
    private long measure(Way way, int length) {
        prepare(data, length);
        prepare(frame, length);
        long startNs = System.nanoTime();
        for (int i = 0; i < FRAMES; i++) {
            Linux.check(send(way, length), "write to a tap");
        }
        return (System.nanoTime() - startNs) / FRAMES;
    }

    private static void prepare(MemorySlice memory, int length) {
        memory.fill(0, HEADER + length, (byte) 0);
        // Unknown to a bridge: it floods.
        memory.putByte(HEADER, (byte) 0x56);
        memory.putByte(HEADER + 6, (byte) 0x52);
        memory.putShortBigEndian(HEADER + 12, ETHER_TYPE);
    }

    private long send(Way way, int length) {
        int all = HEADER + length;
        return switch (way) {
            case WRITE -> Linux.write(tap, data.address(0, all), all);
            case WRITEV_2 -> writev(HEADER, length, 0);
            case WRITEV_JOINED -> writev(HEADER + ETHERNET, length - ETHERNET, 0);
            case WRITEV_3 -> writev(HEADER, ETHERNET, length - ETHERNET);
            case WRITE_NAPI -> Linux.write(napiTap, data.address(0, all), all);
            case COPY_AND_WRITE -> {
                data.copyTo(HEADER, frame, HEADER, length);
                yield Linux.write(tap, frame.address(0, all), all);
            }
        };
    }

    private long writev(int first, int second, int third) {
        put(0, frame.address(0, first), first);
        put(16, data.address(first, second), second);
        if (third > 0) {
            put(32, data.address(first + second, third), third);
        }
        return Linux.writev(tap, iovecs.address(0, 48), third > 0 ? 3 : 2);
    }

    private void put(int at, long address, int length) {
        iovecs.putLong(at, address);
        iovecs.putLong(at + 8, length);
    }
}
