// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.backend;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Compares the ways to move a block between memory and a file that is cached: system calls, reads
 * that refuse to wait, and copies from and to a mapping. Takes one argument: the folder to work in.
 */
public final class CopyCost {
    private static final long FILE_LENGTH = 256L << 20;
    private static final int BLOCK_MAX = 1 << 20;
    private static final int ROUNDS = 7;

    /** Bytes that one round of one way moves. */
    private static final long ROUND_LENGTH = 1L << 30;

    /** Limit: blocks of one round. */
    private static final int BLOCKS_MAX = 100_000;

    private static final int RWF_NOWAIT = 8;
    private static final int READ_WRITE = 3;
    private static final int SHARED = 1;

    private enum Way {
        PREADV,
        PREADV2_NOWAIT,
        PWRITEV,
        COPY_OUT,
        COPY_IN
    }

    private final int fd;
    private final MemorySlice mapping;
    private final MemorySlice data;
    private final MemorySlice iovec;

    private CopyCost(int fd, MemorySlice mapping, NativeBuffer data, NativeBuffer iovec) {
        this.fd = fd;
        this.mapping = mapping;
        this.data = data.slice();
        this.iovec = iovec.slice();
    }

    public static void main(String[] arguments) {
        String path = Path.of(arguments[0]).resolve("vrio-copy-cost").toString();
        int flags = Linux.O_RDWR | Linux.O_CREAT | Linux.O_EXCL;
        int fd = Linux.check(Linux.open(path, flags, 0600), "create " + path);
        try (NativeBuffer data = new NativeBuffer(BLOCK_MAX);
                NativeBuffer iovec = new NativeBuffer(16)) {
            Linux.unlink(path);
            Linux.check(Linux.ftruncate(fd, FILE_LENGTH), "ftruncate");
            long address = Linux.mmap(0, FILE_LENGTH, READ_WRITE, SHARED, fd, 0);
            MemorySlice mapping = new MemorySlice(Linux.check(address, "mmap"), FILE_LENGTH);
            mapping.fill(0, FILE_LENGTH, (byte) 1);
            new CopyCost(fd, mapping, data, iovec).run(System.out);
        } finally {
            Linux.close(fd);
        }
    }

    private void run(PrintStream out) {
        out.println("block  way             ns/block: min  median  max");
        for (int block : new int[] {4 << 10, 128 << 10, BLOCK_MAX}) {
            long[][] costs = new long[Way.values().length][ROUNDS];
            // In alternation, so that a noisy neighbour hits all ways alike.
            for (int round = 0; round < ROUNDS; round++) {
                for (Way way : Way.values()) {
                    costs[way.ordinal()][round] = measure(way, block, round);
                }
            }
            for (Way way : Way.values()) {
                out.println(line(block, way, costs[way.ordinal()]));
            }
        }
    }

    private static String line(int block, Way way, long[] costs) {
        Arrays.sort(costs);
        boolean isSupported = costs[0] >= 0;
        return isSupported
                ? String.format(
                        "%4dK  %-15s %13d %7d %5d",
                        block >> 10, way, costs[0], costs[ROUNDS / 2], costs[ROUNDS - 1])
                : String.format("%4dK  %-15s not supported here", block >> 10, way);
    }

    /** Nanoseconds per block; -1 when the file system does not support the way. */
    private long measure(Way way, int block, int seed) {
        Random random = new Random(seed);
        int count = (int) Math.min(BLOCKS_MAX, ROUND_LENGTH / block);
        int places = (int) (FILE_LENGTH / block);
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            if (move(way, block, (long) random.nextInt(places) * block) != block) {
                return -1;
            }
        }
        return (System.nanoTime() - startNs) / count;
    }

    private long move(Way way, int block, long offset) {
        iovec.putLong(0, data.address(0, block));
        iovec.putLong(8, block);
        long one = iovec.address(0, 16);
        return switch (way) {
            case PREADV -> Linux.preadv(fd, one, 1, offset);
            case PREADV2_NOWAIT -> Linux.preadv2(fd, one, 1, offset, RWF_NOWAIT);
            case PWRITEV -> Linux.pwritev(fd, one, 1, offset);
            case COPY_OUT -> copy(mapping, offset, data, 0, block);
            case COPY_IN -> copy(data, 0, mapping, offset, block);
        };
    }

    private static long copy(MemorySlice from, long at, MemorySlice to, long target, int length) {
        from.copyTo(at, to, target, length);
        return length;
    }
}
