// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.RouteNetlink;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loopback stands for an interface that is up; a list for its wire. */
class InterfaceNicTest {
    private static final int MTU = 1500;
    private static final NicOptions OPTIONS = new NicOptions(0, MTU, false);
    private static final int HEADERS = 14 + 20 + 8;

    private final SteppedWorker worker = new SteppedWorker();
    private final NativeBuffer memory = new NativeBuffer(1 << 17);
    private final NetFrame frame = new NetFrame();
    private final Wire wire = new Wire();
    private final InterfaceNic nic =
            new InterfaceNic(wire, OPTIONS, new NicContext("test", worker));

    @AfterEach
    void close() {
        nic.close();
        memory.close();
    }

    /** Keeps the lengths of what is sent, and gives out one frame again and again. */
    private static final class Wire implements FrameSocket, FrameFile {
        private final HostInterface host = loopback();
        private final List<Integer> sent = new ArrayList<>();
        private boolean canCutUdp = true;
        private int sendErrno;
        private int receiveErrno = Linux.EAGAIN;

        private static HostInterface loopback() {
            try (RouteNetlink netlink = new RouteNetlink()) {
                return HostInterface.open(netlink.link("lo"));
            }
        }

        @Override
        public FrameFile frames() {
            return this;
        }

        @Override
        public int descriptor() {
            return Integer.MAX_VALUE;
        }

        @Override
        public HostInterface hostInterface() {
            return host;
        }

        @Override
        public long begin(NetFrame frame) {
            return 0x5254_0000_0001L;
        }

        @Override
        public long send(NetFrame frame) {
            if (sendErrno != 0) {
                return -sendErrno;
            }
            sent.add(frame.length());
            return frame.length();
        }

        @Override
        public long receive(NetFrame frame) {
            return -receiveErrno;
        }

        @Override
        public boolean canCutUdp() {
            return canCutUdp;
        }

        @Override
        public long lostCount(LinkStatus status) {
            return 0;
        }

        @Override
        public void close() {
            host.close();
        }
    }

    private NetFrame plain(int length) {
        frame.begin(0).data().add(memory.slice(), 0, length);
        return frame;
    }

    /** A UDP super-frame over IPv4, as a guest sends it. */
    private NetFrame udp(int payloadLength, int gsoSize) {
        memory.slice().putShortBigEndian(12, 0x0800);
        memory.slice().putByte(14, (byte) 0x45);
        memory.slice().putShortBigEndian(16, 28 + payloadLength);
        memory.slice().putByte(23, (byte) 17);
        memory.slice().putShortBigEndian(38, 8 + payloadLength);
        return plain(HEADERS + payloadLength)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_UDP_L4, HEADERS, gsoSize)
                .checksum(34, 6);
    }

    @Test
    void shouldLeaveTheCuttingOfUdpToAKernelThatCan() {
        nic.port().offer(udp(3000, 1000));
        assertEquals(List.of(HEADERS + 3000), wire.sent);
    }

    @Test
    void shouldCutUdpForAKernelThatCannot() {
        wire.canCutUdp = false;
        nic.port().offer(udp(2500, 1000));
        assertEquals(List.of(HEADERS + 1000, HEADERS + 1000, HEADERS + 500), wire.sent);
    }

    @ParameterizedTest
    @CsvSource({
        "11, NO_ROOM",
        "105, NO_ROOM",
        "5, LINK_DOWN",
        "100, LINK_DOWN",
        "90, OVER_MTU",
        "22, BACKEND_ERROR",
        "14, BACKEND_ERROR"
    })
    void shouldCountWhyTheKernelRefused(int errno, NetDrop reason) {
        wire.sendErrno = errno;
        assertTrue(nic.port().offer(plain(100)));
        assertEquals(1, nic.drops().value(reason));
    }

    @Test
    void shouldCountHeadersThatTheKernelDoesNotBelieve() {
        wire.sendErrno = Linux.EINVAL;
        nic.port().offer(udp(3000, 1000));
        assertEquals(1, nic.drops().value(NetDrop.BAD_GSO_HEADERS));
    }

    @Test
    void shouldGiveUpReadingAfterTooManyErrorsAndTellOnce() {
        wire.receiveErrno = Linux.EIO;
        List<NicProperties> told = new ArrayList<>();
        nic.onPropertiesChange(() -> told.add(nic.properties()));
        for (int i = 0; i < 100; i++) {
            worker.step();
        }
        assertEquals(1, told.size());
        assertFalse(told.get(0).isLinkUp());
        assertTrue(nic.failure().startsWith("reading from lo: "), nic.failure());
    }

    @Test
    void shouldLetGoOfTheWorker() {
        nic.close();
        assertEquals(0, worker.watchedCount());
        assertEquals(0, worker.step());
    }
}
