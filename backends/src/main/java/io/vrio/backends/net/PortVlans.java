// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.net.NicSpec.SwitchSpec;
import java.util.BitSet;

/**
 * The VLANs that a port of a switch belongs to, and which of them it sees with a tag. Immutable.
 */
final class PortVlans {
    /** No VLAN has this number. */
    static final int NONE = 0;

    private final int untagged;
    private final BitSet tagged = new BitSet();
    private final BitSet all = new BitSet();

    PortVlans(SwitchSpec spec) {
        untagged = spec.vlan();
        for (VlanRange range : spec.trunk()) {
            tagged.set(range.first(), range.last() + 1);
        }
        all.or(tagged);
        if (untagged != NONE) {
            all.set(untagged);
        }
    }

    /** Whether the guest sees one VLAN, and no tags. */
    boolean isAccess() {
        return tagged.isEmpty();
    }

    boolean has(int vlan) {
        return all.get(vlan);
    }

    boolean intersects(PortVlans other) {
        return all.intersects(other.all);
    }

    /** Whether frames of this VLAN are given to the guest without a tag. */
    boolean isUntagged(int vlan) {
        return vlan == untagged;
    }

    BitSet all() {
        return all;
    }

    /** The VLAN of a frame from the guest, or {@link #NONE} when it must not send it. */
    int vlanOf(SwitchedFrame frame) {
        if (frame.vlan() != NONE) {
            return tagged.get(frame.vlan()) ? frame.vlan() : NONE;
        }
        // Another tag behind would be the outer one at the next untagged port: a guest could so
        // choose a VLAN that is not its own.
        return frame.hasInnerTag() ? NONE : untagged;
    }
}
