// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.backends.net.SwitchModel;
import io.vrio.backends.net.SwitchedCopy;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.NetFrame;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Watches the switch of one life of an IOhyp: each frame goes where a model of a switch says, or is
 * counted as dropped for one reason at one port, and nowhere else.
 */
final class SwitchWatch {
    private final NetScenario scenario;
    private final NanoClock clock;
    private final FrameLedger ledger;
    private final SwitchModel model = new SwitchModel();
    private final TracedPort[] ports;
    private long taken;
    private long copies;
    private long fromGuests;
    private long dropped;
    private long late;

    /** What each port has counted: forwarded for its guest; given to it, or dropped. */
    record Counts(long[] sent, long[] got) {}

    SwitchWatch(NetScenario scenario, NanoClock clock, FrameLedger ledger) {
        this.scenario = scenario;
        this.clock = clock;
        this.ledger = ledger;
        ports = new TracedPort[scenario.nics().size()];
    }

    /** Puts itself in front of a port. */
    NicBackend watch(String name, NicBackend port) {
        NetScenario.Card card = card(name);
        model.nowNs(clock.nanoTime());
        model.add(name, (SwitchSpec) NetScenario.parsed(card));
        model.disconnect(name);
        TracedPort traced = new TracedPort(card, port, this);
        ports[card.index()] = traced;
        return traced;
    }

    private NetScenario.Card card(String name) {
        return scenario.nics().stream().filter(c -> c.name().equals(name)).findAny().orElseThrow();
    }

    /** The NIC breaks. */
    void fail(NetScenario.Card card) {
        ports[card.index()].fail();
    }

    void onConnect(NetScenario.Card card, boolean isConnected) {
        model.nowNs(clock.nanoTime());
        if (isConnected) {
            model.connect(card.name());
        } else {
            model.disconnect(card.name());
        }
    }

    void onLink(NetScenario.Card card, boolean isUp) {
        model.nowNs(clock.nanoTime());
        model.link(card.name(), isUp);
    }

    void onClose(NetScenario.Card card, TracedPort port) {
        model.remove(card.name());
        fromGuests += port.counts().fromGuest();
        dropped += port.counts().dropped();
        late += NetTotals.late(port.drops());
        ports[card.index()] = null;
    }

    Counts counts() {
        long[] sent = new long[ports.length];
        long[] got = new long[ports.length];
        for (int i = 0; i < ports.length; i++) {
            if (ports[i] != null) {
                TracedPort.Counts counts = ports[i].counts();
                sent[i] = counts.fromGuest();
                got[i] = counts.toGuest() + counts.dropped();
            }
        }
        return new Counts(sent, got);
    }

    /** A guest's NIC has offered a frame to the switch. */
    void onOffer(NetScenario.Card from, NetFrame frame, boolean isTaken, Counts before) {
        model.nowNs(clock.nanoTime());
        SentFrame sent = ledger.frame(frame);
        SwitchModel.Outcome wanted = model.send(from.name(), copy(from, sent));
        Counts after = counts();
        long forwarded = after.sent[from.index()] - before.sent[from.index()];
        long droppedHere = after.got[from.index()] - before.got[from.index()];
        long elsewhere = Arrays.stream(after.got).sum() - Arrays.stream(before.got).sum();
        elsewhere -= droppedHere;
        if (forwarded + droppedHere != (isTaken ? 1 : 0)) {
            throw new AssertionError(
                    "taken="
                            + isTaken
                            + " and counted as forwarded "
                            + forwarded
                            + " and as dropped "
                            + droppedHere
                            + " times: "
                            + sent);
        }
        boolean mayForward = wanted.drop() == null;
        long wantedCopies = forwarded * wanted.copies();
        if (forwarded > 0 && !mayForward || elsewhere != wantedCopies) {
            throw new AssertionError(
                    "at other ports "
                            + elsewhere
                            + ", not "
                            + wantedCopies
                            + " ("
                            + wanted.drop()
                            + "): "
                            + sent);
        }
        taken += isTaken ? 1 : 0;
        if (forwarded > 0) {
            copies += wanted.copies();
            ledger.onSwitched(frame, tags(wanted));
        }
    }

    private static SwitchedCopy copy(NetScenario.Card from, SentFrame sent) {
        int tag = from.tagOf(sent.vlan());
        return new SwitchedCopy(
                sent.target(), sent.source(), tag == 0 ? SwitchedCopy.NO_TAG : tag, 0);
    }

    private Map<Integer, Integer> tags(SwitchModel.Outcome outcome) {
        Map<Integer, Integer> tags = new HashMap<>();
        outcome.received()
                .forEach(
                        (name, copy) ->
                                tags.put(
                                        card(name).index(),
                                        copy.isTagged() ? copy.tagControl() : 0));
        return tags;
    }

    /** Frames that guests have sent and the switch has taken. */
    long taken() {
        return taken;
    }

    /** Copies of them, for ports of other guests. */
    long copies() {
        return copies;
    }

    /** Frames that were forwarded, after all ports have been closed. */
    long fromGuests() {
        return fromGuests;
    }

    /** Of all drops, those of frames that do not count as received. */
    long late() {
        return late;
    }

    /** All drops that were counted for the NICs, after all ports have been closed. */
    long dropped() {
        return dropped;
    }
}
