// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import java.nio.charset.StandardCharsets;

/**
 * Writes one rtnetlink message, attribute by attribute: {@code nlmsghdr {u32 length; u16 type; u16
 * flags; u32 sequence; u32 port}}, a body, then {@code {u16 length; u16 type}} and a value each, at
 * multiples of four. The body about an interface is {@code ifinfomsg {u8 family; u8; u16 type; i32
 * index; u32 flags; u32 change}}. In the byte order of the machine, which is little endian.
 */
final class NetlinkMessage {
    static final int HEADER_LENGTH = 16;
    static final int LINK_LENGTH = 16;

    /** Bytes of ndmsg and rtmsg, the bodies about neighbours and routes. */
    static final int ROUTE_LENGTH = 12;

    static final int ATTRIBUTE_LENGTH = 4;

    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_IFALIAS = 20;
    static final int IFLA_STATS64 = 23;

    /** The two bits above it say what an attribute's value is like. */
    static final int TYPE_MASK = 0x3FFF;

    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int SEQUENCE = 8;
    private static final int LINK_INDEX = HEADER_LENGTH + 4;
    private static final int LINK_FLAGS = HEADER_LENGTH + 8;
    private static final int LINK_CHANGE = HEADER_LENGTH + 12;

    private final MemorySlice memory;
    private int length;

    NetlinkMessage(MemorySlice memory) {
        this.memory = memory;
    }

    /** A message about an interface. */
    NetlinkMessage begin(int type, int flags, int sequence) {
        return begin(type, flags, sequence, LINK_LENGTH);
    }

    /** A message whose body has this length; it is empty as yet. */
    NetlinkMessage begin(int type, int flags, int sequence, int bodyLength) {
        memory.fill(0, HEADER_LENGTH + bodyLength, (byte) 0);
        memory.putShort(TYPE, (short) type);
        memory.putShort(FLAGS, (short) flags);
        memory.putInt(SEQUENCE, sequence);
        length = HEADER_LENGTH + bodyLength;
        return this;
    }

    /** A byte of the body. */
    NetlinkMessage bodyByte(int offset, int value) {
        memory.putByte(HEADER_LENGTH + offset, (byte) value);
        return this;
    }

    NetlinkMessage link(int index) {
        memory.putInt(LINK_INDEX, index);
        return this;
    }

    /** Sets or clears one of the interface's flags. */
    NetlinkMessage flag(int flag, boolean isSet) {
        memory.putInt(LINK_FLAGS, isSet ? flag : 0);
        memory.putInt(LINK_CHANGE, flag);
        return this;
    }

    NetlinkMessage putText(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int start = open(type);
        memory.putBytes(length, bytes, 0, bytes.length);
        memory.putByte(length + (long) bytes.length, (byte) 0);
        length += bytes.length + 1;
        close(start);
        return this;
    }

    NetlinkMessage putInt(int type, int value) {
        int start = open(type);
        memory.putInt(length, value);
        length += 4;
        close(start);
        return this;
    }

    NetlinkMessage putBytes(int type, byte[] bytes) {
        int start = open(type);
        memory.putBytes(length, bytes, 0, bytes.length);
        length += bytes.length;
        close(start);
        return this;
    }

    NetlinkMessage putMac(int type, long mac) {
        int start = open(type);
        memory.putShortBigEndian(length, (int) (mac >> 32));
        memory.putIntBigEndian(length + 2L, (int) mac);
        length += 6;
        close(start);
        return this;
    }

    /** Begins an attribute that holds others; returns what {@link #close} needs. */
    int open(int type) {
        int start = length;
        memory.putShort(start + 2L, (short) type);
        length += ATTRIBUTE_LENGTH;
        return start;
    }

    void close(int start) {
        memory.putShort(start, (short) (length - start));
        while (length % 4 != 0) {
            memory.putByte(length++, (byte) 0);
        }
    }

    /** Fills in the length of all of it and returns it. */
    int end() {
        memory.putInt(0, length);
        return length;
    }
}
