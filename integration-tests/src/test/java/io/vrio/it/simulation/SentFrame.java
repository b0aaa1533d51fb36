// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.nio.ByteBuffer;

/**
 * A frame that a guest has sent: everything in it follows from what is here. It names its sender
 * and its number, and so does each segment that may be cut of it.
 *
 * @param seed of the run
 * @param sender index of its NIC
 * @param number from 1 on, of all that its sender has sent; below 65536
 * @param pair the queue pair it was sent on
 * @param vlan that it is sent into
 * @param dataLength bytes behind all headers
 * @param segmentLength of the data that each segment may have; 0 for a frame that is not to be cut
 * @param isSummed whether its checksum is there already
 */
record SentFrame(
        long seed,
        int sender,
        int number,
        int pair,
        long target,
        long source,
        int vlan,
        Shape shape,
        int dataLength,
        int segmentLength,
        boolean isSummed) {
    static final int ETHERNET = 14;
    static final int TAG = 4;
    static final int CHECKSUM_OFFSET = 16;

    private static final int TCP_LENGTH = 20;
    private static final int TCP = 6;
    private static final int TYPE_VLAN = 0x8100;
    private static final int WORD = 0xFFFF;
    private static final long ODD = 0x9E37_79B9_7F4A_7C15L;

    /** What is behind the Ethernet header. */
    enum Shape {
        /** No flow that anybody knows. */
        PLAIN(0x88B5, 8, 0),
        TCP4(0x0800, 20, 1),
        TCP6(0x86DD, 40, 4);

        private final int type;
        private final int length;
        private final int gsoType;

        Shape(int type, int length, int gsoType) {
            this.type = type;
            this.length = length;
            this.gsoType = gsoType;
        }

        static Shape ofType(int type) {
            for (Shape shape : values()) {
                if (shape.type == type) {
                    return shape;
                }
            }
            throw new AssertionError("a frame of type " + Integer.toHexString(type));
        }

        /** Bytes of its own header. */
        int length() {
            return length;
        }

        /** Bytes of it and of a transport header behind it. */
        int headersLength() {
            return this == PLAIN ? length : length + TCP_LENGTH;
        }

        int gsoType() {
            return gsoType;
        }
    }

    /** Which frame some bytes are of, and where its data would continue with theirs. */
    record Place(int sender, int number, int dataOffset, int headersLength, int tag) {
        static Place of(byte[] bytes) {
            ByteBuffer frame = ByteBuffer.wrap(bytes);
            boolean isTagged = (frame.getShort(12) & WORD) == TYPE_VLAN;
            int tag = isTagged ? frame.getShort(14) & 0xFFF : 0;
            int network = ETHERNET + (isTagged ? TAG : 0);
            Shape shape = Shape.ofType(frame.getShort(network - 2) & WORD);
            int headers = network + shape.headersLength();
            if (shape == Shape.PLAIN) {
                int sender = frame.getInt(network);
                return new Place(sender, frame.getInt(network + 4), 0, headers, tag);
            }
            int transport = network + shape.length();
            int sender = frame.getShort(transport) & 0xFF;
            int sequence = frame.getInt(transport + 4);
            return new Place(sender, sequence >>> 16, sequence & WORD, headers, tag);
        }
    }

    boolean isCut() {
        return segmentLength > 0;
    }

    /** What one can be told from others by. */
    long id() {
        return id(sender, number);
    }

    static long id(int sender, int number) {
        return (long) sender << 32 | number;
    }

    /** Where the checksum begins, in a frame with a tag or without. */
    int checksumStart(boolean isTagged) {
        return ETHERNET + (isTagged ? TAG : 0) + shape.length();
    }

    int headersLength(boolean isTagged) {
        return ETHERNET + (isTagged ? TAG : 0) + shape.headersLength();
    }

    /**
     * The bytes of it.
     *
     * @param tag of the VLAN, 0 for none
     */
    byte[] bytes(int tag) {
        return part(tag, 0, dataLength, isSummed);
    }

    /**
     * The bytes of a frame that has all its headers and a part of its data.
     *
     * @param hasSum whether the checksum is there; else that of the pseudo header is
     */
    byte[] part(int tag, int dataOffset, int length, boolean hasSum) {
        int headers = headersLength(tag != 0);
        ByteBuffer frame = ByteBuffer.allocate(headers + length);
        frame.putShort((short) (target >> 32)).putInt((int) target);
        frame.putShort((short) (source >> 32)).putInt((int) source);
        if (tag != 0) {
            frame.putShort((short) TYPE_VLAN).putShort((short) tag);
        }
        frame.putShort((short) shape.type);
        switch (shape) {
            case PLAIN -> frame.putInt(sender).putInt(number);
            case TCP4 -> putIpv4(frame, length, dataOffset);
            case TCP6 -> putIpv6(frame, length);
        }
        if (shape != Shape.PLAIN) {
            putTcp(frame, dataOffset, dataOffset + length == dataLength);
        }
        putData(frame, dataOffset, length);
        if (shape != Shape.PLAIN) {
            putChecksum(frame, headers - TCP_LENGTH, hasSum);
        }
        return frame.array();
    }

    /** Each word follows from its place alone, so that a part needs nothing that is before it. */
    private void putData(ByteBuffer frame, int dataOffset, int length) {
        long start = seed ^ id() * ODD;
        int at = dataOffset;
        int end = dataOffset + length;
        while (at < end) {
            long word = mix(start + at / Long.BYTES * ODD);
            if (at % Long.BYTES == 0 && end - at >= Long.BYTES) {
                frame.putLong(word);
                at += Long.BYTES;
            } else {
                frame.put((byte) (word >>> 8 * (Long.BYTES - 1 - at % Long.BYTES)));
                at++;
            }
        }
    }

    /** Looks random (the finalizer of splitmix64). */
    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    private void putIpv4(ByteBuffer frame, int length, int dataOffset) {
        int at = frame.position();
        int identification = dataOffset == 0 ? 0 : dataOffset / segmentLength;
        frame.putShort((short) 0x4500).putShort((short) (shape.headersLength() + length));
        frame.putShort((short) identification).putShort((short) 0x4000);
        frame.putShort((short) (64 << 8 | TCP)).putShort((short) 0);
        frame.putInt(0x0A09_0000 | sender).putInt(0x0A09_0000 | receiver());
        frame.putShort(at + 10, (short) ~sum(frame.array(), at, frame.position() - at, 0));
    }

    private void putIpv6(ByteBuffer frame, int length) {
        frame.putInt(0x6000_0000).putShort((short) (TCP_LENGTH + length));
        frame.putShort((short) (TCP << 8 | 64));
        frame.putLong(0xFD00L << 48).putLong(sender);
        frame.putLong(0xFD00L << 48).putLong(receiver());
    }

    /** The index of the card it is for, or any number. */
    private int receiver() {
        return (int) (target >> 8) - 1 & 0xFF;
    }

    private void putTcp(ByteBuffer frame, int dataOffset, boolean isLast) {
        // Both directions of a pair of guests and of queues are one flow.
        frame.putShort((short) (pair << 8 | sender)).putShort((short) (pair << 8 | receiver()));
        frame.putInt(number << 16 | dataOffset).putInt(1);
        int flags = isLast ? 0x18 : 0x10;
        frame.putShort((short) (0x5000 | flags)).putShort((short) WORD);
        frame.putShort((short) 0).putShort((short) 0);
    }

    private void putChecksum(ByteBuffer frame, int transport, boolean hasSum) {
        byte[] bytes = frame.array();
        int length = bytes.length - transport;
        int addresses = shape == Shape.TCP4 ? 8 : 32;
        int pseudo = sum(bytes, transport - addresses, addresses, TCP + length);
        int field = hasSum ? ~sum(bytes, transport, length, pseudo) & WORD : pseudo;
        boolean isZero = hasSum && field == 0;
        frame.putShort(transport + CHECKSUM_OFFSET, (short) (isZero ? WORD : field));
    }

    /** The sum of RFC 1071, which may be made of longer words and folded at the end. */
    private static int sum(byte[] bytes, int offset, int length, int start) {
        ByteBuffer words = ByteBuffer.wrap(bytes);
        long sum = start;
        int at = offset;
        int end = offset + length;
        for (; end - at >= Integer.BYTES; at += Integer.BYTES) {
            sum += words.getInt(at) & 0xFFFF_FFFFL;
        }
        for (int shift = 24; at < end; at++, shift -= 8) {
            sum += (bytes[at] & 0xFFL) << shift;
        }
        while (sum > WORD) {
            sum = (sum >>> 16) + (sum & WORD);
        }
        return (int) sum;
    }

    @Override
    public String toString() {
        return String.format(
                "frame %d.%d pair %d vlan %d %012x>%012x %s %d+%d%s",
                sender,
                number,
                pair,
                vlan,
                source,
                target,
                shape,
                shape.headersLength(),
                dataLength,
                isCut() ? " cut to " + segmentLength : "");
    }
}
