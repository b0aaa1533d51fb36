// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import java.lang.invoke.VarHandle;
import java.util.Objects;
import net.openhft.chronicle.core.UnsafeMemory;

/**
 * A bounds-checked window on native memory: the only way this system reaches memory outside the
 * Java heap. A slice does not own its memory; whoever mapped or allocated it outlives the slice.
 * Numbers are little endian unless the method says otherwise.
 */
public final class MemorySlice {
    private static final UnsafeMemory MEMORY = UnsafeMemory.MEMORY;

    /** Bytes stored one by one before the rest is copied from them; stays in the L1 cache. */
    private static final int FILL_PATTERN_LENGTH = 4096;

    private long nativeAddress;
    private long length;

    /** An empty slice, to be pointed somewhere by {@link #wrap}. */
    public MemorySlice() {}

    /**
     * @param nativeAddress start of memory that is mapped for {@code length} bytes
     */
    public MemorySlice(long nativeAddress, long length) {
        wrap(nativeAddress, length);
    }

    /** Points this slice at {@code length} bytes from {@code nativeAddress}. */
    public MemorySlice wrap(long nativeAddress, long length) {
        if (length < 0) {
            throw new IllegalArgumentException("negative length " + length);
        }
        this.nativeAddress = nativeAddress;
        this.length = length;
        return this;
    }

    /** Points this slice at a part of another one. */
    public MemorySlice wrap(MemorySlice source, long offset, long length) {
        return wrap(source.address(offset, length), length);
    }

    /** A new slice on a part of this one. */
    public MemorySlice slice(long offset, long length) {
        return new MemorySlice(address(offset, length), length);
    }

    public long length() {
        return length;
    }

    /**
     * The native address of {@code length} bytes at {@code offset}, for a system call.
     *
     * @throws IndexOutOfBoundsException when they are not all inside this slice
     */
    public long address(long offset, long length) {
        // Safety: the single check that every access goes through; by difference, sums overflow.
        if (offset < 0 || length < 0 || length > this.length - offset) {
            throw outOfBounds(offset, length);
        }
        return nativeAddress + offset;
    }

    private IndexOutOfBoundsException outOfBounds(long offset, long length) {
        return new IndexOutOfBoundsException(
                "offset " + offset + " length " + length + " in a slice of " + this.length);
    }

    public byte getByte(long offset) {
        return MEMORY.readByte(address(offset, 1));
    }

    public void putByte(long offset, byte value) {
        MEMORY.writeByte(address(offset, 1), value);
    }

    public int getUnsignedByte(long offset) {
        return getByte(offset) & 0xFF;
    }

    public short getShort(long offset) {
        return MEMORY.readShort(address(offset, 2));
    }

    public void putShort(long offset, short value) {
        MEMORY.writeShort(address(offset, 2), value);
    }

    public int getUnsignedShort(long offset) {
        return getShort(offset) & 0xFFFF;
    }

    public int getInt(long offset) {
        return MEMORY.readInt(address(offset, 4));
    }

    public void putInt(long offset, int value) {
        MEMORY.writeInt(address(offset, 4), value);
    }

    public long getLong(long offset) {
        return MEMORY.readLong(address(offset, 8));
    }

    public void putLong(long offset, long value) {
        MEMORY.writeLong(address(offset, 8), value);
    }

    /** Reads a 16-bit value that another agent publishes; what it covers is read after it. */
    public short getShortAcquire(long offset) {
        short value = MEMORY.readVolatileShort(address(offset, 2));
        // Ordering: loads of what the value covers must not be done before it.
        VarHandle.acquireFence();
        return value;
    }

    /** Publishes a 16-bit value; everything stored before is seen before it. */
    public void putShortRelease(long offset, short value) {
        long target = address(offset, 2);
        // Ordering: stores of what the value covers must not be done after it.
        VarHandle.releaseFence();
        MEMORY.writeShort(target, value);
    }

    /** Reads a 32-bit value that another agent publishes; what it covers is read after it. */
    public int getIntAcquire(long offset) {
        int value = MEMORY.readVolatileInt(address(offset, 4));
        // Ordering: loads of what the value covers must not be done before it.
        VarHandle.acquireFence();
        return value;
    }

    /** Publishes a 32-bit value; everything stored before is seen before it. */
    public void putIntRelease(long offset, int value) {
        long target = address(offset, 4);
        // Ordering: stores of what the value covers must not be done after it.
        VarHandle.releaseFence();
        MEMORY.writeInt(target, value);
    }

    /**
     * Sets bits of a 64-bit number that another agent clears meanwhile; its address is a multiple
     * of 8. Everything stored before is seen by who finds them set.
     */
    public void orLong(long offset, long bits) {
        long target = address(offset, 8);
        long seen = MEMORY.readVolatileLong(target);
        // Ordering: the exchange is a full fence, so it is done also when the bits are set already:
        // whoever clears them afterwards finds what was stored before.
        while (!MEMORY.compareAndSwapLong(target, seen, seen | bits)) {
            seen = MEMORY.readVolatileLong(target);
        }
    }

    public int getUnsignedShortBigEndian(long offset) {
        return Short.reverseBytes(getShort(offset)) & 0xFFFF;
    }

    public void putShortBigEndian(long offset, int value) {
        putShort(offset, Short.reverseBytes((short) value));
    }

    public int getIntBigEndian(long offset) {
        return Integer.reverseBytes(getInt(offset));
    }

    public void putIntBigEndian(long offset, int value) {
        putInt(offset, Integer.reverseBytes(value));
    }

    public long getLongBigEndian(long offset) {
        return Long.reverseBytes(getLong(offset));
    }

    public void putLongBigEndian(long offset, long value) {
        putLong(offset, Long.reverseBytes(value));
    }

    /** Copies {@code length} bytes from here to {@code target}. The two may overlap. */
    public void copyTo(long offset, MemorySlice target, long targetOffset, long length) {
        MEMORY.copyMemory(address(offset, length), target.address(targetOffset, length), length);
    }

    public void getBytes(long offset, byte[] target, int targetOffset, int length) {
        Objects.checkFromIndexSize(targetOffset, length, target.length);
        long source = address(offset, length);
        if (length > 0) {
            // Safety: copyMemory(long, Object, long, int) would take the offset from the start of
            // the array object and overwrite its header; readBytes takes it from element 0.
            MEMORY.readBytes(source, target, targetOffset, length);
        }
    }

    public void putBytes(long offset, byte[] source, int sourceOffset, int length) {
        Objects.checkFromIndexSize(sourceOffset, length, source.length);
        MEMORY.copyMemory(source, sourceOffset, address(offset, length), length);
    }

    /** Stores {@code value} in each of {@code length} bytes. */
    public void fill(long offset, long length, byte value) {
        long start = address(offset, length);
        // Safety: no Unsafe.setMemory. Where a frontend has cut off its memory file under us, Java
        // 17 dies of SIGBUS in it; stores and copyMemory become an InternalError.
        long patternLength = Math.min(length, FILL_PATTERN_LENGTH);
        long at = start;
        long pattern = (value & 0xFF) * 0x0101010101010101L;
        for (; at + 8 <= start + patternLength; at += 8) {
            MEMORY.writeLong(at, pattern);
        }
        for (; at < start + patternLength; at++) {
            MEMORY.writeByte(at, value);
        }
        long done = patternLength;
        while (done < length) {
            long part = Math.min(length - done, patternLength);
            MEMORY.copyMemory(start, start + done, part);
            done += part;
        }
    }
}
