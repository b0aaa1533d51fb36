// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.crowd;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.wire.IpAddress;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGeneratorFactory;
import org.HdrHistogram.Histogram;

/**
 * One server of a crowd, as far as the network sees it: its own association, packet socket and TCP
 * port, and a disk of its own. Writes or reads large blocks, whose bytes it checks, and small ones
 * one after the other. One thread.
 */
public final class CrowdMember implements AutoCloseable {
    /** Bytes of a large request. */
    public static final int LARGE = 64 << 10;

    /** Bytes of a small request, which is always a read. */
    static final int SMALL = 4096;

    /** Large requests at a time, each of a block of its own. */
    public static final int DEPTH = 8;

    /** Bytes of its disk: one block for each large request, and one for the small ones. */
    public static final long DISK = (long) (DEPTH + 1) * LARGE;

    private static final int SMALL_PAUSE_MAX_NS = 20_000_000;
    private static final int BUFFERS = 64;
    private static final long SILENCE_MAX_NS = 30_000_000_000L;

    private final NanoClock clock = NanoClock.SYSTEM;
    private final int number;
    private final SplittableRandom random;
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final NativeBuffer memory = new NativeBuffer(DISK);
    private final BlockRequest[] large = new BlockRequest[DEPTH];
    private final BlockRequest small = new BlockRequest();
    private final Histogram smallNs = new Histogram(3);
    private final RemotePeer peer;
    private final RemoteDisk disk;
    private BlockRequestKind kind;
    private boolean hasSmall;
    private boolean isRunning;
    private int underWay;
    private long endedBytes;
    private long smallBegunNs;
    private long smallDueNs;

    /**
     * @param number unique in the crowd: its disk is called {@link #diskName}
     * @param mtu of the path
     */
    CrowdMember(int number, CrowdLinks links, IpAddress iohyp, int port, int mtu) {
        this.number = number;
        random = new SplittableRandom(number);
        for (int i = 0; i < DEPTH; i++) {
            large[i] = new BlockRequest();
        }
        PeerOptions options =
                new PeerOptions(
                        "member-" + number,
                        number,
                        iohyp,
                        port,
                        mtu,
                        SILENCE_MAX_NS,
                        SILENCE_MAX_NS,
                        Optional.empty());
        peer =
                new RemotePeer(
                        options,
                        links,
                        clock,
                        buffers,
                        RandomGeneratorFactory.of("L64X128MixRandom").create());
        disk = peer.openDisk(diskName(number));
    }

    /** The disk that the IOhyp must have for a member. */
    public static String diskName(int number) {
        return "crowd" + number;
    }

    boolean isReady() {
        return disk.isAttached();
    }

    /** Whether it does nothing now. */
    boolean isIdle() {
        return underWay == 0 && !small.isUnderWay();
    }

    /** Bytes of large requests that have ended. */
    long endedBytes() {
        return endedBytes;
    }

    Histogram smallNs() {
        return smallNs;
    }

    /** Begins its load, until {@link #stop}. */
    void start(BlockRequestKind newKind, boolean isLarge, boolean isSmall) {
        kind = newKind;
        isRunning = true;
        hasSmall = isSmall;
        smallDueNs = clock.nanoTime() + random.nextInt(SMALL_PAUSE_MAX_NS);
        for (int i = 0; isLarge && i < DEPTH; i++) {
            begin(i);
        }
    }

    void stop() {
        isRunning = false;
    }

    private void begin(int block) {
        long offset = (long) block * LARGE;
        MemorySlice slice = memory.slice().slice(offset, LARGE);
        if (kind == BlockRequestKind.WRITE) {
            fill(slice, block);
        } else {
            slice.fill(0, LARGE, (byte) 0);
        }
        underWay++;
        large[block].begin(kind, offset, LARGE, (request, status) -> onLargeEnd(block, status));
        large[block].data().add(slice, 0, LARGE);
        disk.submit(large[block]);
    }

    private void fill(MemorySlice slice, int block) {
        for (int at = 0; at < LARGE; at += Long.BYTES) {
            slice.putLong(at, expected(block, at));
        }
    }

    private long expected(int block, int at) {
        return ((long) number << 40 | (long) block << 20 | at) * 0x9E3779B97F4A7C15L;
    }

    private void onLargeEnd(int block, IoStatus status) {
        requireOk(status);
        underWay--;
        if (kind == BlockRequestKind.READ) {
            verify(memory.slice().slice((long) block * LARGE, LARGE), block);
        }
        endedBytes += LARGE;
        if (isRunning) {
            begin(block);
        }
    }

    private void verify(MemorySlice slice, int block) {
        for (int at = 0; at < LARGE; at += Long.BYTES) {
            if (slice.getLong(at) != expected(block, at)) {
                throw new IllegalStateException(
                        "member " + number + " has read wrong bytes at " + block + "+" + at);
            }
        }
    }

    private void requireOk(IoStatus status) {
        if (status != IoStatus.OK) {
            throw new IllegalStateException(
                    "a request of member " + number + " ended with " + status);
        }
    }

    void doWork() {
        if (isRunning && hasSmall && !small.isUnderWay() && smallDueNs - clock.nanoTime() <= 0) {
            smallBegunNs = clock.nanoTime();
            small.begin(BlockRequestKind.READ, (long) DEPTH * LARGE, SMALL, this::onSmallEnd);
            small.data().add(memory.slice(), (long) DEPTH * LARGE, SMALL);
            disk.submit(small);
        }
        peer.doWork();
    }

    private void onSmallEnd(BlockRequest request, IoStatus status) {
        requireOk(status);
        long nowNs = clock.nanoTime();
        smallNs.recordValue(nowNs - smallBegunNs);
        smallDueNs = nowNs + random.nextInt(SMALL_PAUSE_MAX_NS);
    }

    @Override
    public void close() {
        peer.close();
        buffers.close();
        memory.close();
    }
}
