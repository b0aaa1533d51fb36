// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;

/**
 * The frame that a switch has in work: its header, copied once because its memory may be a guest's,
 * and its forms with and without a VLAN tag, which share the payload. One of each switch; one
 * worker; valid as long as the frame that was read.
 */
final class SwitchedFrame implements AutoCloseable {
    private static final int TYPE = 2 * MacAddress.LENGTH;
    private static final int TAG_CONTROL = TYPE + Short.BYTES;
    private static final int INNER_TYPE = TAG_CONTROL + Short.BYTES;
    private static final int TAGGED_LENGTH = NetFrame.ETHERNET_LENGTH + NetFrame.VLAN_TAG_LENGTH;

    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_VLAN_STACKED = 0x88A8;
    private static final int VLAN_MASK = 0xFFF;
    private static final int UNSIGNED_SHORT_MAX = 0xFFFF;

    /** The two lowest bytes of the eight that end behind an address are not its own. */
    private static final int MAC_SHIFT = Short.SIZE;

    private final NativeBuffer taggedMemory = new NativeBuffer(TAGGED_LENGTH);
    private final NativeBuffer untaggedMemory = new NativeBuffer(NetFrame.ETHERNET_LENGTH);
    private final NetFrame tagged = new NetFrame();
    private final NetFrame untagged = new NetFrame();
    private NetFrame source;
    private int headerLength;
    private int tagControl;
    private int type;
    private boolean isTaggedMade;
    private boolean isUntaggedMade;

    /** Takes a frame that is valid otherwise; returns why it cannot be switched, or null. */
    NetDrop read(NetFrame frame) {
        SliceList data = frame.data();
        if (data.count() >= SliceList.PIECES_MAX - 1) {
            // Each form has a header of its own, and may cut a piece in two.
            return NetDrop.TOO_LONG;
        }
        source = frame;
        isTaggedMade = false;
        isUntaggedMade = false;
        MemorySlice header = taggedMemory.slice();
        data.copyTo(0, header, 0, NetFrame.ETHERNET_LENGTH);
        headerLength = NetFrame.ETHERNET_LENGTH;
        tagControl = 0;
        type = header.getUnsignedShortBigEndian(TYPE);
        if (type == TYPE_VLAN) {
            if (frame.length() < TAGGED_LENGTH) {
                return NetDrop.TOO_SHORT;
            }
            data.copyTo(TAG_CONTROL, header, TAG_CONTROL, NetFrame.VLAN_TAG_LENGTH);
            headerLength = TAGGED_LENGTH;
            tagControl = header.getUnsignedShortBigEndian(TAG_CONTROL);
            type = header.getUnsignedShortBigEndian(INNER_TYPE);
        }
        return invalidChecksumReason();
    }

    /**
     * Whoever fills in the checksum writes it where the frame says: it must not be able to change
     * the addresses or the tag after they have been judged.
     */
    private NetDrop invalidChecksumReason() {
        boolean isWrong =
                source.needsChecksum()
                        && (source.checksumStart() < headerLength
                                || source.checksumStart()
                                        > UNSIGNED_SHORT_MAX - NetFrame.VLAN_TAG_LENGTH);
        return isWrong ? NetDrop.BAD_CHECKSUM_PLACE : null;
    }

    long targetMac() {
        return taggedMemory.slice().getLongBigEndian(0) >>> MAC_SHIFT;
    }

    long sourceMac() {
        return taggedMemory.slice().getLongBigEndian(MacAddress.LENGTH) >>> MAC_SHIFT;
    }

    /** Of its tag; 0 for none, also in a tag that says a priority only. */
    int vlan() {
        return tagControl & VLAN_MASK;
    }

    /** Whether there is a tag that is not, or not only, the one that {@link #vlan} tells. */
    boolean hasInnerTag() {
        return type == TYPE_VLAN || type == TYPE_VLAN_STACKED;
    }

    /** With one tag, which keeps the priority. */
    NetFrame tagged(int vlan) {
        if (!isTaggedMade) {
            isTaggedMade = true;
            MemorySlice header = taggedMemory.slice();
            header.putShortBigEndian(TYPE, TYPE_VLAN);
            header.putShortBigEndian(TAG_CONTROL, tagControl & ~VLAN_MASK | vlan);
            header.putShortBigEndian(INNER_TYPE, type);
            make(tagged, header, TAGGED_LENGTH);
        }
        return tagged;
    }

    NetFrame untagged() {
        if (!isUntaggedMade) {
            isUntaggedMade = true;
            MemorySlice header = untaggedMemory.slice();
            taggedMemory.slice().copyTo(0, header, 0, TYPE);
            header.putShortBigEndian(TYPE, type);
            make(untagged, header, NetFrame.ETHERNET_LENGTH);
        }
        return untagged;
    }

    private void make(NetFrame form, MemorySlice header, int length) {
        int shift = length - headerLength;
        form.beginLike(source);
        form.offload(
                source.flags(),
                source.gsoType(),
                shiftedHint(source.headerLength(), shift),
                source.gsoSize());
        if (source.needsChecksum()) {
            form.checksum(source.checksumStart() + shift, source.checksumOffset());
        } else {
            form.checksum(0, 0);
        }
        form.data().add(header, 0, length);
        form.data().add(source.data(), headerLength, source.length() - headerLength);
    }

    /** A hint that says nothing, or too much to be true, is not made worse. */
    private static int shiftedHint(int hint, int shift) {
        return hint == 0 ? 0 : Math.max(0, Math.min(UNSIGNED_SHORT_MAX, hint + shift));
    }

    @Override
    public void close() {
        taggedMemory.close();
        untaggedMemory.close();
    }
}
