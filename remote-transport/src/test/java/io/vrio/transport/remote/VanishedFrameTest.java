// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.Linux;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A guest takes away the memory of a frame; another guest sends frames beside it. */
@Timeout(60)
final class VanishedFrameTest {
    private static final int MAPPED = 128 << 10;
    private static final int READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final long STEP_NS = 100_000;
    private static final byte SECRET = 0x77;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock,
                    new MemoryLink.Options(1500, Segmentation.CUT, 4096),
                    new SimulatedDisk(64 << 10, clock, 0, 1),
                    1);
    private final RemoteNic nic = network.peer().openNic("nic");
    private final RemoteNic other = network.peer().openNic("other");
    private final SimulatedNic good = new SimulatedNic();
    private final NetFrame frame = new NetFrame();
    private int fd;
    private MemorySlice shared;

    @BeforeEach
    void map() {
        fd = Linux.check(Linux.memfdCreate("guest"), "memfd_create");
        Linux.check(Linux.ftruncate(fd, MAPPED), "ftruncate");
        shared =
                new MemorySlice(
                        Linux.check(Linux.mmap(0, MAPPED, READ_WRITE, MAP_SHARED, fd, 0), "mmap"),
                        MAPPED);
        MemoryFaults.onMapped();
        steps(200);
        assertTrue(nic.isAttached() && other.isAttached());
    }

    @AfterEach
    void unmap() {
        nic.close();
        other.close();
        network.close();
        good.close();
        Linux.munmap(shared.address(0, MAPPED), MAPPED);
        MemoryFaults.onUnmapped();
        Linux.close(fd);
    }

    private void steps(int count) {
        for (int i = 0; i < count; i++) {
            network.step(STEP_NS);
        }
    }

    private void sendSecret() {
        byte[] bytes = new byte[1000];
        Arrays.fill(bytes, SECRET);
        assertTrue(other.offer(good.frame(0, bytes)));
    }

    private void offerVanished(int length) {
        frame.begin(0)
                .offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448)
                .checksum(34, 16);
        frame.data().add(shared, 0, length);
        Linux.check(Linux.ftruncate(fd, 0), "ftruncate");
        assertThrows(
                InternalError.class,
                () -> {
                    nic.offer(frame);
                    MemoryFaults.raisePending();
                });
    }

    private List<byte[]> received() {
        return network.nic().takeFrames().stream().map(SimulatedNic.Taken::bytes).toList();
    }

    private static boolean isSecret(byte[] bytes) {
        return bytes.length == 1000 && bytes[999] == SECRET;
    }

    private static boolean hasSecret(byte[] bytes) {
        return bytes.length != 1000 && new String(bytes).indexOf(SECRET) >= 0;
    }

    @Test
    void shouldNotFillAFrameWithWhatOthersHaveSent() {
        sendSecret();
        steps(5);
        offerVanished(1400);
        sendSecret();
        steps(5);
        List<byte[]> received = received();
        assertEquals(2, received.stream().filter(VanishedFrameTest::isSecret).count());
        assertEquals(0, received.stream().filter(VanishedFrameTest::hasSecret).count());
        assertEquals(PeerState.ESTABLISHED, network.peer().status().state());
    }

    @Test
    void shouldSendWhatOthersSendWhenALargeFrameVanishes() {
        sendSecret();
        offerVanished(60_000);
        sendSecret();
        steps(5);
        List<byte[]> received = received();
        assertEquals(2, received.stream().filter(VanishedFrameTest::isSecret).count());
        assertEquals(2, received.size());
        assertEquals(PeerState.ESTABLISHED, network.peer().status().state());
    }
}
