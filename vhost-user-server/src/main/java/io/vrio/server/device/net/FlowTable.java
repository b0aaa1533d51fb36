// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import java.util.Arrays;

/**
 * Remembers on which queue pair the guest sends each flow, so that answers arrive where it expects
 * them: on the processor that is at work on it (virtio 1.2, 5.1.6.5.5). A flow is told by addresses
 * and ports, the same in both directions. Never grows: flows of equal hash share a place.
 */
final class FlowTable implements AutoCloseable {
    /** What a frame that belongs to no flow hashes to. */
    static final int NO_FLOW = -1;

    /** Limit: places; two flows of one place follow the younger. A power of two. */
    private static final int PLACES = 1024;

    /** Bytes that are looked at: Ethernet, two tags, IPv6 and ports. */
    private static final int HEAD_LENGTH = 14 + 8 + 60 + 4;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86DD;
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88A8;
    private static final int PROTOCOL_TCP = 6;
    private static final int PROTOCOL_UDP = 17;

    /** Of the IPv4 field: an offset, or more to come. */
    private static final int FRAGMENT_MASK = 0x3FFF;

    private static final int IPV6_LENGTH = 40;

    private final NativeBuffer buffer = new NativeBuffer(HEAD_LENGTH);
    private final MemorySlice head = buffer.slice();
    private final byte[] pairs = new byte[PLACES];

    /** Remembers where the guest has sent a frame. */
    void learn(NetFrame frame) {
        int hash = hash(frame.data());
        if (hash != NO_FLOW) {
            pairs[hash & (PLACES - 1)] = (byte) (frame.queue() + 1);
        }
    }

    /** The pair of a flow, or -1 for one that the guest has not sent anything of. */
    int pair(int hash) {
        return hash == NO_FLOW ? -1 : pairs[hash & (PLACES - 1)] - 1;
    }

    void clear() {
        Arrays.fill(pairs, (byte) 0);
    }

    /** A number that is equal for both directions of a flow, 0 or more, or {@link #NO_FLOW}. */
    int hash(SliceList frame) {
        int length = (int) Math.min(frame.length(), HEAD_LENGTH);
        frame.copyTo(0, head, 0, length);
        int at = NetFrame.ETHERNET_LENGTH;
        int type = length < at ? 0 : head.getUnsignedShortBigEndian(at - 2);
        for (int tags = 0; tags < 2 && isTag(type); tags++) {
            at += NetFrame.VLAN_TAG_LENGTH;
            type = length < at ? 0 : head.getUnsignedShortBigEndian(at - 2);
        }
        return switch (type) {
            case TYPE_IPV4 -> hashIpv4(at, length);
            case TYPE_IPV6 -> hashIpv6(at, length);
            default -> NO_FLOW;
        };
    }

    private static boolean isTag(int type) {
        return type == TYPE_VLAN || type == TYPE_SERVICE_VLAN;
    }

    private int hashIpv4(int at, int length) {
        final int lengthMin = 20;
        if (length - at < lengthMin) {
            return NO_FLOW;
        }
        int source = mix(head.getInt(at + 12));
        int destination = mix(head.getInt(at + 16));
        boolean isFragment = (head.getUnsignedShortBigEndian(at + 6) & FRAGMENT_MASK) != 0;
        int protocol = head.getUnsignedByte(at + 9);
        int headerLength = (head.getUnsignedByte(at) & 0xF) * 4;
        return isFragment
                ? join(source, destination)
                : hashPorts(at + headerLength, length, protocol, source, destination);
    }

    private int hashIpv6(int at, int length) {
        if (length - at < IPV6_LENGTH) {
            return NO_FLOW;
        }
        int source = mix(head.getLong(at + 8) * 31 + head.getLong(at + 16));
        int destination = mix(head.getLong(at + 24) * 31 + head.getLong(at + 32));
        int protocol = head.getUnsignedByte(at + 6);
        return hashPorts(at + IPV6_LENGTH, length, protocol, source, destination);
    }

    private int hashPorts(int at, int length, int protocol, int source, int destination) {
        boolean hasPorts = protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
        if (!hasPorts || length - at < 4) {
            return join(source, destination);
        }
        return join(
                mix(source + head.getUnsignedShort(at)),
                mix(destination + head.getUnsignedShort(at + 2)));
    }

    private static int join(int one, int other) {
        // A sum is the same for both directions; the high bits are the better mixed ones.
        return mix(one + other) >>> 1;
    }

    private static int mix(long value) {
        long mixed = value * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32);
    }

    @Override
    public void close() {
        buffer.close();
    }
}
