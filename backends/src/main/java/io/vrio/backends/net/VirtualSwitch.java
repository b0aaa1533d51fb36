// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A switch with VLANs inside the IOhyp: says to which ports a frame goes, and hands it to each of
 * them within the call. Of several ports, one that has no room loses the frame. There is as long as
 * it has ports; one worker.
 */
final class VirtualSwitch implements AutoCloseable {
    /** Limit: ports of one switch; more are refused. */
    static final int PORTS_MAX = 1024;

    /** 01-80-C2-00-00-00 to -0F stay on their link (IEEE 802.1Q, 8.6.3): STP, LACP, LLDP, pause. */
    private static final long RESERVED_FIRST = 0x0180_C200_0000L;

    private static final int RESERVED_COUNT = 16;
    private static final SwitchPort[] NOBODY = {};

    private final String name;
    private final SwitchSeed seed;
    private final NanoClock clock;
    private final List<SwitchPort> ports = new ArrayList<>();
    private final SwitchPort[] byNumber = new SwitchPort[PORTS_MAX];

    /** By VLAN. Arrays are replaced, not changed: a walk over one may be under way. */
    private final SwitchPort[][] members = new SwitchPort[VlanRange.MAX + 1][];

    private final BoundAddresses bound;
    private final MacTable learned;
    private final SwitchedFrame frame = new SwitchedFrame();
    private boolean isForwarding;

    VirtualSwitch(String name, SwitchSeed seed, NanoClock clock) {
        this.name = name;
        this.seed = seed;
        this.clock = clock;
        bound = new BoundAddresses(seed.hashSeed());
        learned = new MacTable(PORTS_MAX, seed.hashSeed());
        Arrays.fill(members, NOBODY);
    }

    String name() {
        return name;
    }

    boolean isUnused() {
        return ports.isEmpty();
    }

    long nowNs() {
        return clock.nanoTime();
    }

    /** See {@link io.vrio.common.io.NicProperties#broadcastDomain}. */
    String broadcastDomain(int vlan) {
        return seed.domain(name, vlan);
    }

    /** The number of a new port. */
    int freeNumber() throws BackendException {
        for (int number = 0; number < PORTS_MAX; number++) {
            if (byNumber[number] == null) {
                return number;
            }
        }
        throw new BackendException(
                "switch " + name + " has " + PORTS_MAX + " ports already; remove one of them");
    }

    /** Connects a port. Its address is taken from a guest that has helped itself to it. */
    void add(SwitchPort port) throws BackendException {
        SwitchPort rival = port.mac() == 0 ? null : bound.rival(port.mac(), port);
        if (rival != null) {
            if (rival.hasConfiguredMac()) {
                throw new BackendException(
                        "MAC "
                                + MacAddress.format(port.mac())
                                + " belongs to NIC "
                                + rival.name()
                                + " of switch "
                                + name
                                + " already; choose another");
            }
            rival.loseMac();
        }
        ports.add(port);
        byNumber[port.number()] = port;
        port.vlans().all().stream().forEach(vlan -> members[vlan] = with(members[vlan], port));
        onAddressChange();
        resizeTable();
    }

    private static SwitchPort[] with(SwitchPort[] present, SwitchPort added) {
        SwitchPort[] next = Arrays.copyOf(present, present.length + 1);
        next[present.length] = added;
        return next;
    }

    void remove(SwitchPort port) {
        forget(port);
        ports.remove(port);
        byNumber[port.number()] = null;
        port.vlans().all().stream().forEach(vlan -> members[vlan] = without(members[vlan], port));
        onAddressChange();
        resizeTable();
    }

    private static SwitchPort[] without(SwitchPort[] present, SwitchPort removed) {
        return Arrays.stream(present).filter(port -> port != removed).toArray(SwitchPort[]::new);
    }

    private void resizeTable() {
        learned.resize((int) ports.stream().filter(SwitchPort::isLearning).count());
    }

    /** A port has another address now, or none. */
    void onAddressChange() {
        bound.rebuild(ports);
    }

    /** Forgets what is behind a port. */
    void forget(SwitchPort port) {
        learned.forget(port.number());
    }

    /** Addresses that were learned of a port and are remembered. */
    int learnedCount(SwitchPort port) {
        return learned.count(port.number());
    }

    /** Whose address this is in a VLAN, or null. */
    SwitchPort boundPort(long mac, int vlan) {
        return bound.find(mac, vlan);
    }

    /** Who has an address that {@code asking} would like to use in a VLAN, or null. */
    SwitchPort rival(long mac, SwitchPort asking, int vlan) {
        SwitchPort rival = bound.rival(mac, asking);
        return rival == null ? learnedRival(mac, asking, vlan) : rival;
    }

    private SwitchPort learnedRival(long mac, SwitchPort asking, int vlan) {
        SwitchPort found = learnedPort(mac, vlan);
        return found == asking ? null : found;
    }

    private SwitchPort learnedPort(long mac, int vlan) {
        int number = learned.find(vlan, mac, clock.nanoTime());
        return number < 0 ? null : byNumber[number];
    }

    /**
     * Hands on a valid frame of a port; returns why it was dropped instead, or null, or {@link
     * NetDrop#NO_ROOM} when it is to be offered again.
     */
    NetDrop forward(SwitchPort from, NetFrame offered) {
        // The forms of the frame are there once. A guest's port only takes what it is given.
        assert !isForwarding : "a port has sent a frame while it was given one";
        isForwarding = true;
        try {
            NetDrop reason = frame.read(offered);
            return reason == null ? forwardRead(from) : reason;
        } finally {
            isForwarding = false;
        }
    }

    private NetDrop forwardRead(SwitchPort from) {
        int vlan = from.vlans().vlanOf(frame);
        if (vlan == PortVlans.NONE) {
            return NetDrop.BAD_VLAN;
        }
        if (!from.mayUse(frame.sourceMac(), vlan)) {
            return NetDrop.SPOOFED;
        }
        if (from.isLearning() && frame.sourceMac() != from.mac()) {
            from.onLearned(learned.learn(vlan, frame.sourceMac(), from.number(), clock.nanoTime()));
        }
        long target = frame.targetMac();
        if (target - RESERVED_FIRST >= 0 && target - RESERVED_FIRST < RESERVED_COUNT) {
            return NetDrop.FILTERED;
        }
        return MacAddress.isGroup(target) ? flood(from, vlan, false) : unicast(from, vlan, target);
    }

    private NetDrop unicast(SwitchPort from, int vlan, long target) {
        SwitchPort to = bound.find(target, vlan);
        if (to == null) {
            to = learnedPort(target, vlan);
        }
        if (to == null) {
            return flood(from, vlan, true);
        }
        if (to == from) {
            // Both stations are behind it: they have met already.
            return NetDrop.FILTERED;
        }
        NetFrame form = form(to, vlan);
        return form == null || to.deliverPatiently(form) ? null : NetDrop.NO_ROOM;
    }

    /** To all ports of the VLAN, or to those of them behind which an unknown station can be. */
    private NetDrop flood(SwitchPort from, int vlan, boolean isUnknown) {
        SwitchPort[] candidates = members[vlan];
        int count = 0;
        for (SwitchPort to : candidates) {
            count += isFlooded(to, from, isUnknown) ? 1 : 0;
        }
        if (!from.mayFlood(count, isUnknown, clock.nanoTime())) {
            return NetDrop.RATE_LIMITED;
        }
        for (SwitchPort to : candidates) {
            if (isFlooded(to, from, isUnknown)) {
                NetFrame form = form(to, vlan);
                if (form != null) {
                    to.deliver(form);
                }
            }
        }
        return null;
    }

    private static boolean isFlooded(SwitchPort to, SwitchPort from, boolean isUnknown) {
        return to != from && (!isUnknown || to.mayHideStations());
    }

    /** The frame as a port is to see it; null, and counted there, when it must not. */
    private NetFrame form(SwitchPort to, int vlan) {
        if (!to.vlans().isUntagged(vlan)) {
            return frame.tagged(vlan);
        }
        if (frame.hasInnerTag()) {
            // Without the outer tag the inner one would choose the VLAN.
            to.drops().increment(NetDrop.BAD_VLAN);
            return null;
        }
        return frame.untagged();
    }

    @Override
    public void close() {
        frame.close();
    }
}
