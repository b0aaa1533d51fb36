// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.RingFeatures;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A collector that runs in the middle of the data path is a pause for every guest. */
final class NetAllocationTest {
    private static final int CYCLES = 20_000;
    private static final int FRAMES = 8;

    /** Limit: some noise, less than any object a cycle. */
    private static final long BYTES_MAX = CYCLES;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final NativeBuffer buffer = new NativeBuffer(NetFrame.LENGTH_MAX);
    private final Sink nic = new Sink();
    private NetGuest guest;

    @AfterEach
    void close() {
        guest.close();
        buffer.close();
    }

    private void start(long features) {
        guest = NetGuest.start(nic, features);
        // Two pairs, so that flows are told apart.
        guest.startPair(1);
        for (int i = 0; i < FRAMES; i++) {
            guest.send(0, PlainFrame.tcp4(1000, PlainFrame.ACK).bytes());
            guest.offerBuffers(0, 3, 1526);
        }
    }

    /** Bytes of garbage that {@link #CYCLES} cycles of both queues make. */
    private long garbage(NetFrame frame) {
        run(frame);
        long before = threads.getCurrentThreadAllocatedBytes();
        run(frame);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Sends and receives the same again and again, without a fixture that allocates. */
    private void run(NetFrame frame) {
        GuestDriver tx = guest.driver(1);
        GuestDriver rx = guest.driver(0);
        for (int i = 0; i < CYCLES; i++) {
            int before = rx.used().getUnsignedShort(2);
            for (int n = 0; n < FRAMES; n++) {
                nic.guest.offer(frame);
            }
            guest.device().doWork();
            // The same chains are offered again: those of the frames, and the buffers used.
            for (int n = 0; n < FRAMES; n++) {
                tx.publish(2 * n);
            }
            int used = rx.used().getUnsignedShort(2) - before & 0xFFFF;
            for (int n = 0; n < used; n++) {
                int slot = before + n & NetGuest.QUEUE_SIZE - 1;
                rx.publish(rx.used().getInt(4 + 8L * slot));
            }
        }
    }

    private NetFrame frame(PlainFrame plain) {
        buffer.slice().putBytes(0, plain.bytes(), 0, plain.length());
        NetFrame frame = new NetFrame().begin(0);
        frame.data().add(buffer.slice(), 0, plain.length());
        return frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 54, 1400)
                .checksum(plain.checksumStart(), plain.checksumOffset());
    }

    @Test
    void shouldAllocateNothingPerFrame() {
        start(RingFeatures.SPLIT | NetFeatures.MRG_RXBUF | fullOffload());
        long bytes = garbage(frame(PlainFrame.tcp4(2000, PlainFrame.ACK)));
        assertTrue(bytes < BYTES_MAX, bytes + " bytes");
        assertEquals(2L * CYCLES * FRAMES, guest.counter("rx_frames"));
    }

    private static long fullOffload() {
        return NetFeatures.GUEST_CSUM | NetFeatures.GUEST_TSO4;
    }

    @Test
    void shouldAllocateNothingPerFrameThatIsCut() {
        start(RingFeatures.SPLIT);
        long bytes = garbage(frame(PlainFrame.tcp4(2000, PlainFrame.ACK)));
        assertTrue(bytes < BYTES_MAX, bytes + " bytes");
        assertEquals(4L * CYCLES * FRAMES, guest.counter("rx_frames"));
    }

    /** Takes everything and keeps nothing. */
    private static final class Sink implements Nic {
        private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
        private NetPort guest;

        @Override
        public NicProperties properties() {
            return new NicProperties(0, 1500, true, "");
        }

        @Override
        public NetPort port() {
            return frame -> true;
        }

        @Override
        public void connect(NetPort newGuest) {
            guest = newGuest;
        }

        @Override
        public void onPropertiesChange(Runnable listener) {}

        @Override
        public Counters<NetDrop> drops() {
            return drops;
        }

        @Override
        public void close() {}
    }
}
