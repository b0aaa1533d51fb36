// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import io.vrio.common.memory.SliceList;

/**
 * One request of a disk, on its way down and back. Pooled by whoever begins it; touched by one
 * worker only. Its data stays valid until it ends.
 */
public final class BlockRequest {
    /** Limit: stations on one way (device, remote stub, interposers); more is a wiring mistake. */
    private static final int STATIONS_MAX = 24;

    private final SliceList data = new SliceList();
    private final BlockCompletion[] stations = new BlockCompletion[STATIONS_MAX];
    private int stationCount;
    private BlockRequestKind kind;
    private long offset;
    private long length;
    private boolean isUnmapAllowed;
    private boolean isForOneChange;

    /**
     * Starts a new life: an empty data list and nobody to tell yet.
     *
     * @param offset first byte on the disk, 0 for kinds without a range
     * @param length bytes of the range, or of the answer for GET_ID
     * @param owner hears the end
     */
    public void begin(BlockRequestKind kind, long offset, long length, BlockCompletion owner) {
        if (stationCount != 0) {
            throw new IllegalStateException("request is under way");
        }
        this.kind = kind;
        this.offset = offset;
        this.length = length;
        isUnmapAllowed = false;
        isForOneChange = false;
        data.clear();
        push(owner);
    }

    public BlockRequestKind kind() {
        return kind;
    }

    public long offset() {
        return offset;
    }

    public long length() {
        return length;
    }

    /** Where read data goes to and written data comes from; {@code length} bytes in all. */
    public SliceList data() {
        return data;
    }

    /** Whether WRITE_ZEROES may give the space back to the file system. */
    public boolean isUnmapAllowed() {
        return isUnmapAllowed;
    }

    public void allowUnmap(boolean isAllowed) {
        isUnmapAllowed = isAllowed;
    }

    /**
     * Whether this FLUSH vouches only for the change that ended just before it was submitted, and
     * nobody takes it for news about older ones.
     */
    public boolean isForOneChange() {
        return isForOneChange;
    }

    public void vouchForOneChange(boolean isOnlyOne) {
        isForOneChange = isOnlyOne;
    }

    /** Asks to be told of the end before those who pushed earlier. */
    public void push(BlockCompletion station) {
        if (stationCount == STATIONS_MAX) {
            throw new IllegalStateException("more than " + STATIONS_MAX + " stations");
        }
        stations[stationCount++] = station;
    }

    /** Ends the request for the station that pushed last. */
    public void complete(IoStatus status) {
        if (stationCount == 0) {
            throw new IllegalStateException("request has ended already");
        }
        BlockCompletion station = stations[--stationCount];
        stations[stationCount] = null;
        station.onComplete(this, status);
    }

    /** Whether it has begun and not yet ended. */
    public boolean isUnderWay() {
        return stationCount != 0;
    }
}
