// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.verify;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.DataBuffer;
import io.vrio.common.memory.MemorySlice;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Stamps what a queue writes and judges what it reads by a {@link DiskModel}: finds wrong, stale,
 * torn and missing data. Requests are multiples of 4096 bytes at multiples of 8 sectors. The
 * queue's thread; allocates only to describe a failure.
 */
public final class DataVerifier {
    /** Limit: failures described; more are only counted. */
    private static final int DESCRIBED_MAX = 10;

    private static final int BLOCK = DiskModel.BLOCK_LENGTH;
    private static final int SECTOR = SectorStamp.LENGTH;

    private final BlockQueue queue;
    private final DiskModel model;
    private final int bodyCheckInterval;
    private final long[][] bodySums;
    private final int[][] acknowledgedBefore;
    private final List<String> failures = new ArrayList<>();
    private long failureCount;
    private long readCount;
    private long verifiedSectorCount;

    /**
     * @param dataMax bytes of the largest request
     * @param bodyCheckInterval 1 to sum every sector's body, n to do so for every n-th read
     */
    public DataVerifier(
            BlockQueue queue, DiskModel model, int dataMax, int bodyCheckInterval, long seed) {
        this.queue = queue;
        this.model = model;
        this.bodyCheckInterval = bodyCheckInterval;
        SplittableRandom random = new SplittableRandom(seed);
        bodySums = new long[queue.slotCount()][dataMax / SECTOR];
        acknowledgedBefore = new int[queue.slotCount()][dataMax / BLOCK];
        for (int slot = 0; slot < bodySums.length; slot++) {
            fillBodies(queue.written(slot), bodySums[slot], random);
        }
    }

    private static void fillBodies(DataBuffer data, long[] sums, SplittableRandom random) {
        for (int i = 0; i < sums.length; i++) {
            int offset = i * SECTOR;
            sums[i] = SectorStamp.fillBody(data.segment(offset), at(offset), random);
        }
    }

    private static int at(int offset) {
        return offset % DataBuffer.SEGMENT_LENGTH;
    }

    /** Fills the slot's data for a write that is about to be submitted. */
    public void beginWrite(int slot, long sector, int length) {
        DataBuffer data = queue.written(slot);
        long[] sums = bodySums[slot];
        for (int offset = 0; offset < length; offset += BLOCK) {
            MemorySlice segment = data.segment(offset);
            int generation = model.issue(block(sector, offset));
            for (int inBlock = 0; inBlock < BLOCK; inBlock += SECTOR) {
                int index = (offset + inBlock) / SECTOR;
                SectorStamp.write(
                        segment, at(offset + inBlock), sector + index, generation, sums[index]);
            }
        }
    }

    /** The write has ended. */
    public void endWrite(long sector, int length, boolean isOk) {
        for (int offset = 0; offset < length; offset += BLOCK) {
            if (isOk) {
                model.onWritten(block(sector, offset));
            } else {
                model.onFailed(block(sector, offset));
            }
        }
    }

    /** Notes what a read that is about to be submitted must find at least. */
    public void beginRead(int slot, long sector, int length) {
        DataBuffer data = queue.read(slot);
        for (int offset = 0; offset < length; offset += BLOCK) {
            acknowledgedBefore[slot][offset / BLOCK] = model.acknowledged(block(sector, offset));
        }
        for (int offset = 0; offset < length; offset += SECTOR) {
            SectorStamp.poison(data.segment(offset), at(offset));
        }
    }

    /** The read has ended well: judges what it brought. */
    public void endRead(int slot, long sector, int length) {
        boolean isBodyChecked = ++readCount % bodyCheckInterval == 0;
        for (int offset = 0; offset < length; offset += BLOCK) {
            int before = acknowledgedBefore[slot][offset / BLOCK];
            // The model forgets a block for good when it is discarded during the read.
            if (before != 0 && model.acknowledged(block(sector, offset)) != 0) {
                checkBlock(slot, sector, offset, before, isBodyChecked);
            }
        }
    }

    private void checkBlock(int slot, long sector, int offset, int before, boolean isBodyChecked) {
        MemorySlice segment = queue.read(slot).segment(offset);
        int issued = model.issued(block(sector, offset));
        for (int inBlock = 0; inBlock < BLOCK; inBlock += SECTOR) {
            long expected = sector + (offset + inBlock) / SECTOR;
            int at = at(offset + inBlock);
            String reason = SectorStamp.invalidReason(segment, at, expected, isBodyChecked);
            if (reason == null) {
                reason = ageReason(SectorStamp.generation(segment, at), before, issued);
            }
            if (reason != null) {
                fail(expected, reason);
            }
        }
        verifiedSectorCount += DiskModel.SECTORS_PER_BLOCK;
    }

    private static String ageReason(long generation, int before, int issued) {
        if (generation < before) {
            return "is stale: generation " + generation + ", acknowledged was " + before;
        }
        if (generation > issued) {
            return "is of generation " + generation + ", issued was " + issued;
        }
        return null;
    }

    private void fail(long sector, String reason) {
        failureCount++;
        if (failures.size() < DESCRIBED_MAX) {
            failures.add("sector " + sector + " " + reason);
        }
    }

    private static int block(long sector, int offset) {
        return (int) (sector / DiskModel.SECTORS_PER_BLOCK) + offset / BLOCK;
    }

    public long failureCount() {
        return failureCount;
    }

    /** The first failures, one sentence each. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Sectors that could be judged; a block nobody wrote cannot. */
    public long verifiedSectorCount() {
        return verifiedSectorCount;
    }
}
