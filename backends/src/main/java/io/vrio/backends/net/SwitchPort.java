// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.NicProperties;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One NIC of a switch: what its guest may send, and what it gets. Owned by whoever opened it; one
 * worker.
 */
public final class SwitchPort implements NicBackend, NetPort {
    /**
     * Limit: copies per second that one guest can cause by broadcasts and multicasts, and as many
     * by frames to unknown stations; the rest is dropped. In a VLAN of 20 guests that is 5,000
     * broadcasts per second, in one of 1,000 guests 100. More, and one guest can keep the worker
     * busy that serves all others.
     */
    static final int COPIES_PER_SECOND = 100_000;

    /** Limit: such copies at once; the largest flood of one frame is a fraction of it. */
    static final int COPIES_BURST = 20_000;

    /** Limit: one log line per port in this time about an address that is another's. */
    static final long LOG_INTERVAL_NS = 60_000_000_000L;

    /**
     * Limit: how long a guest that takes nothing holds up what others send to it alone; then it
     * loses frames until it takes one. Most refusals end with the duty cycle.
     */
    static final long PATIENCE_NS = 200_000;

    private static final Logger LOG = LoggerFactory.getLogger(SwitchPort.class);

    private final VirtualSwitch owner;
    private final String name;
    private final int number;
    private final PortVlans vlans;
    private final int accessVlan;
    private final NicOptions options;
    private final Consumer<VirtualSwitch> closeListener;
    private final TokenBucket groupCopies;
    private final TokenBucket unknownCopies;
    private final LogLimit rivalLog = new LogLimit(LOG_INTERVAL_NS);
    private final Counters<NicCounter> counters = new Counters<>(NicCounter.class);
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private NicProperties properties;
    private NetPort guest;
    private Runnable listener = () -> {};
    private long mac;
    private long notLearned;
    private long refusedSinceNs;
    private boolean isRefusing;
    private boolean isLinkUp = true;
    private boolean isClosed;

    SwitchPort(
            VirtualSwitch owner,
            SwitchSpec spec,
            String name,
            Consumer<VirtualSwitch> closeListener)
            throws BackendException {
        this.owner = owner;
        this.name = name;
        this.closeListener = closeListener;
        number = owner.freeNumber();
        vlans = new PortVlans(spec);
        accessVlan = spec.vlan();
        options = spec.options();
        mac = options.mac();
        long nowNs = owner.nowNs();
        groupCopies = new TokenBucket(COPIES_PER_SECOND, COPIES_BURST, nowNs);
        unknownCopies = new TokenBucket(COPIES_PER_SECOND, COPIES_BURST, nowNs);
        properties = currentProperties();
    }

    private NicProperties currentProperties() {
        // Who may use many addresses, or see many VLANs, is judged frame by frame, here.
        boolean isOneKnownStation = vlans.isAccess() && mac != 0 && !options.maySpoof();
        return new NicProperties(
                mac,
                options.mtu() == 0 ? NicProperties.MTU_DEFAULT : options.mtu(),
                isLinkUp,
                isOneKnownStation ? owner.broadcastDomain(accessVlan) : "");
    }

    private void tellChange() {
        properties = currentProperties();
        listener.run();
    }

    String name() {
        return name;
    }

    /** Unique among the ports of the switch. */
    int number() {
        return number;
    }

    PortVlans vlans() {
        return vlans;
    }

    /** The address that is this port's alone in its VLANs; 0 for none. */
    long mac() {
        return mac;
    }

    boolean hasConfiguredMac() {
        return options.mac() != 0;
    }

    /** Whether there may be other stations behind the guest. */
    boolean isLearning() {
        return options.maySpoof();
    }

    /** Whether a station that nobody has heard of can be here. */
    boolean mayHideStations() {
        return mac == 0 || options.maySpoof();
    }

    @Override
    public NicProperties properties() {
        return properties;
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public void connect(NetPort newGuest) {
        guest = newGuest;
        isRefusing = false;
        if (newGuest == null) {
            owner.forget(this);
            if (mac != 0 && !hasConfiguredMac()) {
                loseMac();
            }
        }
    }

    /** The address that the guest had chosen is free again. */
    void loseMac() {
        mac = 0;
        owner.onAddressChange();
        tellChange();
    }

    @Override
    public void onPropertiesChange(Runnable newListener) {
        listener = newListener == null ? () -> {} : newListener;
    }

    @Override
    public void setLink(boolean isUp) {
        if (isUp != isLinkUp) {
            isLinkUp = isUp;
            owner.forget(this);
            tellChange();
        }
    }

    @Override
    public boolean offer(NetFrame frame) {
        int length = frame.length();
        NetDrop reason = isLinkUp ? frame.invalidReason(properties.mtu()) : NetDrop.LINK_DOWN;
        if (reason == null) {
            reason = owner.forward(this, frame);
        }
        if (reason == NetDrop.NO_ROOM) {
            return false;
        }
        if (reason == null) {
            counters.increment(NicCounter.FRAMES_FROM_GUEST);
            counters.add(NicCounter.BYTES_FROM_GUEST, length);
        } else {
            drops.increment(reason);
        }
        return true;
    }

    /** Whether the guest may send from this address. The first that it uses becomes its own. */
    boolean mayUse(long source, int vlan) {
        if (source == mac) {
            return mac != 0;
        }
        if (!MacAddress.isStation(source)) {
            return false;
        }
        if (!options.maySpoof() && mac != 0) {
            return false;
        }
        SwitchPort rival =
                options.maySpoof()
                        ? owner.boundPort(source, vlan)
                        : owner.rival(source, this, vlan);
        if (rival != null) {
            logRival(source, rival);
            return false;
        }
        return options.maySpoof() || bind(source);
    }

    private boolean bind(long source) {
        mac = source;
        owner.onAddressChange();
        tellChange();
        return true;
    }

    private void logRival(long source, SwitchPort rival) {
        if (rivalLog.mayLog(owner.nowNs())) {
            LOG.warn(
                    "nic={} switch={} mac={} refused: it is in use by nic={}",
                    name,
                    owner.name(),
                    MacAddress.format(source),
                    rival.name);
        }
    }

    /** Whether a frame may be copied to so many ports. */
    boolean mayFlood(int copies, boolean isUnknown, long nowNs) {
        return (isUnknown ? unknownCopies : groupCopies).take(copies, nowNs);
    }

    void onLearned(boolean isRemembered) {
        notLearned += isRemembered ? 0 : 1;
    }

    /** Gives a frame to the guest, or drops it. */
    void deliver(NetFrame frame) {
        if (!tryDeliver(frame)) {
            drops.increment(NetDrop.NO_ROOM);
        }
    }

    /** The same for a frame that nobody else gets; false when it is to wait where it is. */
    boolean deliverPatiently(NetFrame frame) {
        if (tryDeliver(frame)) {
            return true;
        }
        long nowNs = owner.nowNs();
        if (!isRefusing) {
            isRefusing = true;
            refusedSinceNs = nowNs;
        }
        if (nowNs - refusedSinceNs < PATIENCE_NS) {
            return false;
        }
        drops.increment(NetDrop.NO_ROOM);
        return true;
    }

    /** False when the guest has no room now; a frame that it cannot have at all is dropped. */
    private boolean tryDeliver(NetFrame frame) {
        NetDrop reason = refusal(frame);
        if (reason != null) {
            drops.increment(reason);
            return true;
        }
        int length = frame.length();
        if (!guest.offer(frame)) {
            return false;
        }
        isRefusing = false;
        counters.increment(NicCounter.FRAMES_TO_GUEST);
        counters.add(NicCounter.BYTES_TO_GUEST, length);
        return true;
    }

    private NetDrop refusal(NetFrame frame) {
        if (!isLinkUp) {
            return NetDrop.LINK_DOWN;
        }
        // Its MTU may be smaller than the sender's, and a tag makes the longest frame too long.
        return guest == null ? NetDrop.NOT_CONNECTED : frame.invalidReason(properties.mtu());
    }

    @Override
    public Counters<NetDrop> drops() {
        return drops;
    }

    @Override
    public Counters<NicCounter> carried() {
        return counters;
    }

    @Override
    public Map<String, Long> counters() {
        Map<String, Long> all = NicCounter.snapshot(counters, drops);
        all.put("addresses_learned", (long) owner.learnedCount(this));
        all.put("addresses_not_learned", notLearned);
        return all;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            isLinkUp = false;
            guest = null;
            listener = () -> {};
            owner.remove(this);
            closeListener.accept(owner);
        }
    }
}
