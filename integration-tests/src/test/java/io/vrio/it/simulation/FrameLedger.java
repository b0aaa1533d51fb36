// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What has become of every frame that a guest has sent: which station has had it, who may get it,
 * who has got it and how much of it. Whatever should not be is an error at once.
 */
final class FrameLedger implements AutoCloseable {
    /** Enough of a frame to tell which one it is. */
    private static final int HEAD = 128;

    private static final NetDrop[] REASONS = NetDrop.values();

    private static final int NOBODY = -1;
    private static final int ALL = Integer.MAX_VALUE;

    private final NetScenario scenario;
    private final Journal journal;
    private final Map<Long, Fate> fates = new HashMap<>();
    private final Map<Flow, Integer> lastNumbers = new HashMap<>();
    private final NativeBuffer headMemory = new NativeBuffer(HEAD);
    private final long[] macs;
    private int offering = NOBODY;
    private long offeringMac;
    private long delivered;

    private enum Way {
        UNKNOWN,
        WIRE,
        SHORT
    }

    /** Frames of one queue pair that arrive in one queue, and keep their order on each way. */
    private record Flow(int receiver, int receivePair, int sender, int sendPair, Way way) {}

    /** What is known of one frame. */
    private static final class Fate {
        private final SentFrame frame;
        private final Map<Integer, Integer> tagFor = new HashMap<>();
        private final Map<Integer, Integer> receivedUpTo = new HashMap<>();
        private boolean isTaken;
        private boolean isSwitched;
        private Way way = Way.UNKNOWN;

        Fate(SentFrame frame) {
            this.frame = frame;
        }
    }

    FrameLedger(NetScenario scenario, Journal journal) {
        this.scenario = scenario;
        this.journal = journal;
        macs = new long[scenario.nics().size()];
    }

    /** A guest has this address from now on. */
    void onAddress(int index, long mac) {
        macs[index] = mac;
    }

    /** The address of a guest; 0 of one that was never there. */
    long mac(int index) {
        return macs[index];
    }

    /** All drops together. */
    static long sum(Counters<NetDrop> drops) {
        long sum = 0;
        for (NetDrop reason : REASONS) {
            sum += drops.value(reason);
        }
        return sum;
    }

    long sent() {
        return fates.size();
    }

    /** Frames, or segments of some, that guests have got. */
    long delivered() {
        return delivered;
    }

    /** A guest puts a frame into its ring. */
    void onSent(SentFrame frame) {
        fates.put(frame.id(), new Fate(frame));
        journal.note(() -> "nic" + frame.sender() + " sends " + frame);
    }

    /** Whether this guest has got all of a frame. */
    boolean hasGot(int receiver, SentFrame frame) {
        return fates.get(frame.id()).receivedUpTo.getOrDefault(receiver, 0) == ALL;
    }

    private Fate fate(NetFrame frame) {
        int length = Math.min(HEAD, frame.length());
        byte[] head = new byte[HEAD];
        MemorySlice slice = headMemory.slice();
        frame.data().copyTo(0, slice, 0, length);
        slice.getBytes(0, head, 0, length);
        return find(SentFrame.Place.of(head));
    }

    private Fate find(SentFrame.Place place) {
        Fate fate = fates.get(SentFrame.id(place.sender(), place.number()));
        if (fate == null) {
            throw new AssertionError("a frame that nobody has sent: " + place);
        }
        return fate;
    }

    /** A guest's device is about to offer a frame to its NIC, which has this address. */
    void beginOffer(int sender, long mac) {
        offering = sender;
        offeringMac = mac;
    }

    /** The NIC has taken, or dropped, the frame, or neither. */
    void endOffer(NetFrame frame, boolean isTaken) {
        offering = NOBODY;
        if (!isTaken) {
            return;
        }
        Fate fate = fate(frame);
        if (fate.isTaken) {
            throw new AssertionError("taken twice out of its ring: " + fate.frame);
        }
        fate.isTaken = true;
        fate.way = fate.way == Way.UNKNOWN ? Way.WIRE : fate.way;
    }

    /** Whether a frame that a guest's device gets now has not crossed the wire. */
    boolean isShort() {
        return offering != NOBODY;
    }

    /** The card that offers a frame now. */
    NetScenario.Card offering() {
        return scenario.nics().get(offering);
    }

    /** The address of this card. */
    long offeringMac() {
        return offeringMac;
    }

    /** A neighbour's device has taken a frame that has not crossed the wire. */
    void onShort(int receiver, NetFrame frame) {
        Fate fate = fate(frame);
        if (fate.isTaken || fate.way == Way.SHORT) {
            throw new AssertionError("handed over twice: " + fate.frame);
        }
        fate.way = Way.SHORT;
        fate.tagFor.put(receiver, 0);
    }

    /** The frame that a station has. */
    SentFrame frame(NetFrame frame) {
        return fate(frame).frame;
    }

    /**
     * The switch has taken a frame, and forwards it.
     *
     * @param tagFor the tag that each NIC may see it with, 0 for none; others must not see it
     */
    void onSwitched(NetFrame frame, Map<Integer, Integer> tagFor) {
        Fate fate = fate(frame);
        if (fate.way == Way.SHORT) {
            throw new AssertionError("on both ways: " + fate.frame);
        }
        if (!fate.isTaken) {
            throw new AssertionError("at the switch, and still in its ring: " + fate.frame);
        }
        if (fate.isSwitched) {
            throw new AssertionError("twice at the switch: " + fate.frame);
        }
        fate.isSwitched = true;
        fate.tagFor.putAll(tagFor);
    }

    /** A guest has got a frame, or a segment of one. */
    void onDelivered(int receiver, int pair, FrameDescription description, byte[] bytes) {
        SentFrame.Place place = SentFrame.Place.of(bytes);
        Fate fate = find(place);
        SentFrame frame = fate.frame;
        delivered++;
        Integer tag = fate.tagFor.get(receiver);
        if (tag == null) {
            throw new AssertionError("nic" + receiver + " must not see " + frame);
        }
        checkContent(receiver, tag, fate, description, bytes);
        int from = place.dataOffset();
        int length = bytes.length - place.headersLength();
        if (from < fate.receivedUpTo.getOrDefault(receiver, 0)) {
            throw new AssertionError("nic" + receiver + " gets a second time: " + frame);
        }
        boolean isEnd = from + length == frame.dataLength();
        fate.receivedUpTo.put(receiver, isEnd ? ALL : from + length);
        Flow flow = new Flow(receiver, pair, frame.sender(), frame.pair(), fate.way);
        int last = lastNumbers.getOrDefault(flow, 0);
        if (frame.number() < last) {
            throw new AssertionError("nic" + receiver + " gets after " + last + ": " + frame);
        }
        lastNumbers.put(flow, frame.number());
        journal.note(
                () -> "nic" + receiver + " pair " + pair + " gets " + frame.sender() + "." + last);
    }

    private void checkContent(
            int receiver, int tag, Fate fate, FrameDescription description, byte[] bytes) {
        SentFrame frame = fate.frame;
        SentFrame.Place place = SentFrame.Place.of(bytes);
        NetScenario.Queues guest = scenario.nics().get(receiver).queues();
        int length = bytes.length - place.headersLength();
        boolean isWhole = length == frame.dataLength();
        boolean isSegment = frame.isCut() && !isWhole;
        int wantedLength = Math.min(frame.segmentLength(), frame.dataLength() - place.dataOffset());
        if (isSegment ? guest.canCut() || length != wantedLength : !isWhole) {
            throw new AssertionError("nic" + receiver + " gets " + length + " bytes of " + frame);
        }
        boolean isSumLeft = !frame.isSummed() && guest.canSum();
        byte[] wanted = frame.part(tag, place.dataOffset(), length, !isSumLeft);
        FrameDescription wantedDescription =
                FrameDescription.of(frame, tag != 0, isSumLeft, frame.isCut() && !isSegment);
        if (!Arrays.equals(wanted, bytes)) {
            int at = Arrays.mismatch(wanted, bytes);
            throw new AssertionError(
                    String.format(
                            "nic%d gets %02x, not %02x, at byte %d of %s",
                            receiver, bytes[at], wanted[at], at, frame));
        }
        if (!wantedDescription.equals(description)) {
            throw new AssertionError(
                    "nic"
                            + receiver
                            + " hears "
                            + description
                            + " of "
                            + frame
                            + ", not "
                            + wantedDescription);
        }
    }

    @Override
    public void close() {
        headMemory.close();
    }
}
