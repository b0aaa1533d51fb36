// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.memory.NativeBuffer;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Sends frames of random lengths in several queues through one port, and checks what comes out of
 * the other end: each frame at most once, as it was, and after all that were sent before it in its
 * queue. Frames may be missing.
 */
final class FrameWorkload implements NetPort, AutoCloseable {
    private static final int QUEUES = 3;

    /** Behind the Ethernet header: the number of the frame, which its content follows from. */
    private static final int NUMBER_OFFSET = NetFrame.ETHERNET_LENGTH;

    private static final int LENGTH_MIN = NUMBER_OFFSET + Long.BYTES;
    private static final int LENGTH_MAX = 65_000;
    private static final int MSS = 1400;

    private final NetPort port;
    private final SplittableRandom random;
    private final long seed;
    private final NativeBuffer memory = new NativeBuffer(LENGTH_MAX);
    private final NetFrame frame = new NetFrame();
    private final long[] lastNumbers = new long[QUEUES];
    private long sent;
    private long received;

    FrameWorkload(NetPort port, long seed) {
        this.port = port;
        this.seed = seed;
        random = new SplittableRandom(seed);
    }

    /** Sends a few frames, as far as there is room. */
    void send() {
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            long number = sent + 1;
            fill(number);
            if (!port.offer(frame)) {
                return;
            }
            sent = number;
        }
    }

    private static byte[] content(long seed, long number) {
        SplittableRandom random = new SplittableRandom(seed ^ number * 0x9E37_79B9_7F4A_7C15L);
        int lengthMax = random.nextInt(8) == 0 ? LENGTH_MAX : MSS;
        byte[] bytes = new byte[LENGTH_MIN + random.nextInt(lengthMax - LENGTH_MIN)];
        random.nextBytes(bytes);
        ByteBuffer.wrap(bytes).putLong(NUMBER_OFFSET, number);
        return bytes;
    }

    private static boolean isGso(byte[] bytes) {
        return bytes.length > MSS;
    }

    private void fill(long number) {
        byte[] bytes = content(seed, number);
        memory.slice().putBytes(0, bytes, 0, bytes.length);
        frame.begin((int) (number % QUEUES));
        if (isGso(bytes)) {
            frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV6, 74, MSS - 60);
            frame.checksum(54, 16);
        }
        // In pieces, as guests' frames are.
        int first = 1 + bytes.length / 3;
        frame.data().add(memory.slice(), 0, first);
        frame.data().add(memory.slice(), first, bytes.length - first);
    }

    @Override
    public boolean offer(NetFrame arrived) {
        byte[] bytes = SimulatedNic.Taken.of(arrived).bytes();
        long number = ByteBuffer.wrap(bytes).getLong(NUMBER_OFFSET);
        assertTrue(number >= 1 && number <= sent, "a frame that nobody has sent: " + number);
        assertArrayEquals(content(seed, number), bytes);
        int queue = (int) (number % QUEUES);
        assertEquals(queue, arrived.queue());
        assertEquals(isGso(bytes) ? NetFrame.GSO_TCPV6 : NetFrame.GSO_NONE, arrived.gsoType());
        assertEquals(isGso(bytes) ? 54 : 0, arrived.checksumStart());
        assertTrue(number > lastNumbers[queue], number + " after " + lastNumbers[queue]);
        if (random.nextInt(50) == 0) {
            return false;
        }
        lastNumbers[queue] = number;
        received++;
        return true;
    }

    long sent() {
        return sent;
    }

    long received() {
        return received;
    }

    @Override
    public void close() {
        memory.close();
    }
}
