// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.clock.NanoClock;
import io.vrio.server.device.net.NetDevice;
import io.vrio.transport.remote.RemoteNic;
import io.vrio.transport.remote.RemoteNicCounter;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.remote.ShortCircuit;
import io.vrio.transport.remote.ShortCircuitNic;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One NIC of a server's process: remote NIC, short circuit, device, and the frontend of a guest
 * while one is there.
 */
final class SimulatedNetDevice {
    private final NetScenario.Card card;
    private final boolean isHasty;
    private final NanoClock clock;
    private final SplittableRandom random;
    private final RemoteNic nic;
    private final ShortCircuitNic nearby;
    private final TracedNic traced;
    private final NetDevice device;
    private Frontend frontend;
    private NetGuest guest;
    private long usedBefore;
    private long gotBefore;

    SimulatedNetDevice(
            Scenario scenario,
            NetScenario.Card card,
            RemotePeer peer,
            ShortCircuit circuit,
            NetWays ways) {
        this.card = card;
        isHasty = scenario.load().isHasty();
        clock = ways.clock();
        random = ways.split();
        nic = peer.openNic(card.name());
        nearby = circuit.join(nic);
        traced = new TracedNic(card, nearby, ways.ledger());
        device = new NetDevice(card.name(), traced, card.queues().pairs());
    }

    NetScenario.Card card() {
        return card;
    }

    /** Null while no guest uses it. */
    NetGuest guest() {
        return guest;
    }

    /** Null while no guest uses it. */
    Frontend frontend() {
        return frontend;
    }

    RemoteNic nic() {
        return nic;
    }

    /** What its device and its NIC have dropped. */
    String drops() {
        Map<String, Long> all = new TreeMap<>(device.counters());
        all.keySet().removeIf(name -> !name.startsWith("dropped_"));
        nic.drops().snapshot().forEach((name, value) -> all.put("nic_" + name, value));
        all.values().removeIf(value -> value == 0);
        return all.toString();
    }

    boolean isLinkUp() {
        return nic.properties().isLinkUp();
    }

    /** A frontend comes with a guest that boots. */
    void connect(NetGuest newGuest) {
        guest = newGuest;
        guest.beReplaced();
        usedBefore -= guest.chainsUsed();
        gotBefore -= guest.framesGot();
        frontend = new Frontend(device, guest, isHasty, clock, random.split());
    }

    /** The frontend leaves, and its guest ends. */
    void disconnect() {
        if (frontend != null) {
            frontend.close();
            frontend = null;
            guest.reset();
            usedBefore += guest.chainsUsed();
            gotBefore += guest.framesGot();
            guest = null;
        }
    }

    int doWork() {
        return device.doWork();
    }

    boolean isHeldBack() {
        return device.isHeldBack();
    }

    boolean prepareToBlock() {
        return device.prepareToBlock();
    }

    void onWake() {
        device.onWake();
    }

    /** The worker has gone to sleep: no frame may wait in a ring unless there is no room for it. */
    void checkNothingWaits() {
        if (frontend != null && !device.isHeldBack()) {
            frontend.checkNothingWaits();
        }
    }

    /** Gives the NIC back. */
    void close(NetTotals totals) {
        disconnect();
        device.close();
        nearby.close();
        Map<String, Long> counters = device.counters();
        Leaks.check("queues stopped for a fault", counters.get("queue_faults"), 0);
        Leaks.check("bad chains of " + card.name(), counters.get("bad_chains"), 0);
        long sent = counters.get("tx_frames");
        Leaks.check("frames taken of " + card.name(), sent, traced.taken());
        Leaks.check(
                "chains given back to " + card.name(),
                usedBefore,
                sent + counters.get("tx_dropped"));
        checkGiven(counters);
        totals.add(
                traced,
                nic.counters().value(RemoteNicCounter.FRAMES_SENT),
                nic.counters().value(RemoteNicCounter.FRAMES_RECEIVED),
                nic.drops());
    }

    private void checkGiven(Map<String, Long> counters) {
        long given = counters.get("rx_frames");
        if (gotBefore > given) {
            throw new AssertionError(card.name() + " has got " + gotBefore + " frames of " + given);
        }
        long inSoftware = counters.get("rx_cut") + counters.get("rx_summed");
        if (inSoftware == 0) {
            long all = given + counters.get("rx_dropped");
            Leaks.check("frames for " + card.name(), all, traced.given());
        }
    }
}
