// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.MemoryFaults;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A fixture: a disk in memory. Executes at once, or holds requests until the test lets them go, in
 * any order. Tells what was asked of it.
 */
public final class MemoryDisk implements BlockDisk {
    private final NativeBuffer buffer;
    private final MemorySlice content;
    private final List<BlockRequest> held = new ArrayList<>();
    private final List<BlockRequestKind> asked = new ArrayList<>();
    private DiskProperties properties;
    private Runnable listener;
    private boolean isHolding;
    private IoStatus nextStatus = IoStatus.OK;
    private boolean wasUnmapAllowed;
    private Error nextError;

    /**
     * @param lengthMax bytes it may ever have; what it has now is in the properties
     */
    public MemoryDisk(long lengthMax, DiskProperties properties) {
        buffer = new NativeBuffer(lengthMax);
        content = buffer.slice();
        this.properties = properties;
    }

    public static MemoryDisk ofCapacity(long capacity) {
        return new MemoryDisk(capacity, DiskProperties.ofCapacity(capacity, "memory-disk"));
    }

    /** All bytes, for tests to look at and to fill. */
    public MemorySlice content() {
        return content;
    }

    @Override
    public DiskProperties properties() {
        return properties;
    }

    /** Becomes another disk, and tells. */
    public void change(DiskProperties newProperties) {
        properties = newProperties;
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public BlockPort port() {
        return this::submit;
    }

    private void submit(BlockRequest request) {
        asked.add(request.kind());
        wasUnmapAllowed = request.isUnmapAllowed();
        if (isHolding) {
            held.add(request);
        } else {
            execute(request);
        }
        if (nextError != null) {
            Error error = nextError;
            nextError = null;
            throw error;
        }
    }

    private void execute(BlockRequest request) {
        IoStatus status = nextStatus;
        nextStatus = IoStatus.OK;
        if (status == IoStatus.OK) {
            status = properties.check(request);
        }
        if (status == IoStatus.OK) {
            status = move(request);
        }
        request.complete(status);
    }

    /** The data is the guest's, whose memory may vanish: that is no fault of the disk. */
    private IoStatus move(BlockRequest request) {
        try {
            access(request);
            MemoryFaults.raisePending();
            return IoStatus.OK;
        } catch (InternalError e) {
            return IoStatus.IO_ERROR;
        }
    }

    private void access(BlockRequest request) {
        long offset = request.offset();
        long length = request.length();
        switch (request.kind()) {
            case READ -> request.data().copyFrom(0, content, offset, length);
            case WRITE -> request.data().copyTo(0, content, offset, length);
            case WRITE_ZEROES, DISCARD -> content.fill(offset, length, (byte) 0);
            case GET_ID -> putSerial(request);
            case FLUSH -> {
                // Memory is as durable as it gets.
            }
        }
    }

    private void putSerial(BlockRequest request) {
        byte[] serial = properties.serial().getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < DiskProperties.SERIAL_MAX; i++) {
            request.data().putByte(i, i < serial.length ? serial[i] : 0);
        }
    }

    /** From now on requests wait for {@link #release}. */
    public void hold() {
        isHolding = true;
    }

    /** What waits, in the order it came. */
    public List<BlockRequest> held() {
        return held;
    }

    /** Executes one of the requests that wait; what it submits then waits behind the others. */
    public void release(int index) {
        execute(held.remove(index));
    }

    /** Executes what waits, and whatever comes from now on at once. */
    public void releaseAll() {
        isHolding = false;
        while (!held.isEmpty()) {
            release(0);
        }
    }

    @Override
    public void abandonRequests() {
        while (!held.isEmpty()) {
            held.remove(0).complete(IoStatus.IO_ERROR);
        }
    }

    /** The next request ends so, and nothing is done for it. */
    public void failNext(IoStatus status) {
        nextStatus = status;
    }

    /** Whoever submits the next request is broken off so, when it has been taken. */
    public void breakAfterNext(Error error) {
        nextError = error;
    }

    /** The kinds of all requests so far. */
    public List<BlockRequestKind> asked() {
        return asked;
    }

    public boolean wasUnmapAllowed() {
        return wasUnmapAllowed;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
