// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.RingDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A guest with a NIC: sends frames on all its queue pairs as chance has it, to its neighbours and
 * to others, honest ones and some that it must not send, and has everything judged that it gets.
 */
final class NetGuest implements GuestRings, AutoCloseable {
    private static final long PAGE = 4096;
    private static final long GUEST_ADDRESS = 0x2_0000_0000L;
    private static final long FRONTEND_ADDRESS = 0x6000_0000_0000L;
    private static final long RINGS_LENGTH = 128 << 10;
    private static final long MS = 1_000_000;

    /** Chains of one queue at a time. */
    private static final int SEND_DEPTH = 6;

    private final NetScenario.Card card;
    private final FrameChoice choice;
    private final NanoClock clock;
    private final FrameLedger ledger;
    private final SplittableRandom random;
    private final GuestRam ram;
    private final List<NetGuestQueue> queues = new ArrayList<>();
    private final List<FrameParts> parts = new ArrayList<>();
    private final long[] refillNs;
    private final long thinkMaxNs;
    private int framesLeft;
    private int number;
    private int life;
    private long nextNs;
    private long chainsUsed;
    private boolean isBusy;
    private boolean isGenerous;

    NetGuest(Scenario scenario, int index, NanoClock clock, FrameLedger ledger) {
        NetScenario net = scenario.net();
        card = net.nics().get(index);
        this.clock = clock;
        this.ledger = ledger;
        random = new SplittableRandom(scenario.seed() ^ 0x6E75 + index);
        choice = new FrameChoice(scenario, card, ledger, random.split());
        NetScenario.Queues plan = card.queues();
        int sendLength = FrameDescription.LENGTH_MAX + choice.lengthMax();
        long room =
                plan.pairs()
                        * (SEND_DEPTH * NetBuffer.footprint(sendLength)
                                + plan.receiveDepth() * NetBuffer.footprint(plan.bufferLength()));
        ram =
                new GuestRam(
                        (RINGS_LENGTH + room) / PAGE * PAGE + PAGE,
                        GUEST_ADDRESS,
                        FRONTEND_ADDRESS);
        openQueues(plan, sendLength);
        refillNs = new long[plan.pairs()];
        thinkMaxNs = net.thinkMaxNs();
        framesLeft = net.frames();
        nextNs = clock.nanoTime();
    }

    private void openQueues(NetScenario.Queues plan, int sendLength) {
        List<RingDriver> drivers = new ArrayList<>();
        for (int i = 0; i < 2 * plan.pairs(); i++) {
            drivers.add(RingDriver.of(ram, plan.size(), plan.features()));
        }
        for (int pair = 0; pair < plan.pairs(); pair++) {
            FrameParts received = new FrameParts(plan, card.index(), pair, ledger);
            parts.add(received);
            queues.add(
                    new NetGuestQueue(
                            plan,
                            drivers.get(2 * pair),
                            plan.receiveDepth(),
                            plan.bufferLength(),
                            received::onUsed,
                            random.split()));
            queues.add(
                    new NetGuestQueue(
                            plan,
                            drivers.get(2 * pair + 1),
                            SEND_DEPTH,
                            sendLength,
                            (buffer, length) -> onSent(length),
                            random.split()));
        }
    }

    private void onSent(int usedLength) {
        chainsUsed++;
        if (usedLength != 0) {
            throw new AssertionError("a sent frame is said to have been written to");
        }
    }

    NetScenario.Card card() {
        return card;
    }

    /** Its address in its present life. */
    long mac() {
        return card.mac(life);
    }

    @Override
    public GuestRam ram() {
        return ram;
    }

    @Override
    public GuestRam kept() {
        return null;
    }

    @Override
    public int ringCount() {
        return queues.size();
    }

    @Override
    public GuestRing ring(int index) {
        return queues.get(index).ring();
    }

    @Override
    public long features() {
        return card.queues().features();
    }

    @Override
    public void onStart(int index) {
        // The first look at the ring is the device's affair.
    }

    @Override
    public boolean isTakenAtOnce(int index) {
        return index % 2 == 1;
    }

    /** Chains with frames that the device has given back. */
    long chainsUsed() {
        return chainsUsed;
    }

    /** Frames, or segments of some, that it was given. */
    long framesGot() {
        return parts.stream().mapToLong(FrameParts::framesGot).sum();
    }

    /** Whether it has sent all that it wanted. */
    boolean hasSentAll() {
        return framesLeft == 0;
    }

    /** Frames that are still in its rings. */
    int underWay() {
        int count = 0;
        for (int i = 1; i < queues.size(); i += 2) {
            count += queues.get(i).underWay();
        }
        return count;
    }

    /** Whether it knows of everything that was done for it. */
    boolean isUpToDate() {
        for (NetGuestQueue queue : queues) {
            if (!queue.isTaken()) {
                return false;
            }
        }
        return true;
    }

    /** From now on all its queues have receive buffers. */
    void beGenerous() {
        isGenerous = true;
        framesLeft = 0;
    }

    /** Sends as many frames as it can, one after the other. */
    void flood(int frames) {
        isBusy = true;
        framesLeft = frames;
        nextNs = clock.nanoTime();
    }

    /** Looks at what was given back, then takes it, fills up and sends what is due. */
    int doWork(Runnable kick) {
        queues.forEach(NetGuestQueue::notice);
        int work = 0;
        for (NetGuestQueue queue : queues) {
            work += queue.takeUsed();
        }
        for (int pair = 0; pair < refillNs.length; pair++) {
            work += refill(pair, kick);
        }
        if (framesLeft > 0 && nextNs - clock.nanoTime() <= 0) {
            work += sendOne(kick);
        }
        return work;
    }

    private int refill(int pair, Runnable kick) {
        NetGuestQueue queue = queues.get(2 * pair);
        if (!isGenerous && refillNs[pair] - clock.nanoTime() > 0) {
            return 0;
        }
        int count = 0;
        while (queue.hasRoom()) {
            if (queue.offerRoom(card.queues().bufferLength())) {
                kick.run();
            }
            count++;
        }
        boolean isLazyNow = card.queues().isLazy() && count > 0 && random.nextInt(8) == 0;
        refillNs[pair] = clock.nanoTime() + (isLazyNow ? random.nextLong(100 * MS) : 0);
        return count;
    }

    private int sendOne(Runnable kick) {
        nextNs = clock.nanoTime() + thinkNs();
        int pair = random.nextInt(refillNs.length);
        NetGuestQueue queue = queues.get(2 * pair + 1);
        if (!queue.hasRoom()) {
            return 0;
        }
        framesLeft--;
        send(choice.choose(++number, pair, mac()), queue, kick);
        return 1;
    }

    private long thinkNs() {
        // Mostly in bursts, so that queues are full and rings wrap.
        return !isBusy && random.nextInt(4) == 0 ? random.nextLong(thinkMaxNs) : 100;
    }

    private void send(SentFrame frame, NetGuestQueue queue, Runnable kick) {
        ledger.onSent(frame);
        int tag = card.tagOf(frame.vlan());
        byte[] bytes = frame.bytes(tag);
        byte[] header =
                FrameDescription.of(frame, tag != 0, !frame.isSummed(), frame.isCut())
                        .bytes(card.queues().headerLength());
        byte[] all = new byte[header.length + bytes.length];
        System.arraycopy(header, 0, all, 0, header.length);
        System.arraycopy(bytes, 0, all, header.length, bytes.length);
        if (queue.send(all)) {
            kick.run();
        }
    }

    /** Sends a short frame into a VLAN on its first queue pair; null when there is no room. */
    SentFrame sendTo(long target, int vlan, Runnable kick) {
        NetGuestQueue queue = queues.get(1);
        if (!queue.hasRoom()) {
            return null;
        }
        SentFrame frame = choice.plain(++number, target, mac(), vlan);
        send(frame, queue, kick);
        return frame;
    }

    /** When it has something to do without being called, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        long deadlineNs = Agent.NO_DEADLINE;
        for (int pair = 0; pair < refillNs.length; pair++) {
            if (framesLeft > 0 && queues.get(2 * pair + 1).hasRoom()) {
                deadlineNs = Agent.earlier(deadlineNs, nextNs);
            }
            if (queues.get(2 * pair).hasRoom()) {
                deadlineNs = Agent.earlier(deadlineNs, refillNs[pair]);
            }
        }
        return deadlineNs;
    }

    /** Another guest boots, with another address where it may choose. */
    @Override
    public void reset() {
        queues.forEach(NetGuestQueue::reset);
        parts.forEach(FrameParts::reset);
    }

    /** The frontend has gone, and what comes next is another guest. */
    void beReplaced() {
        life++;
        ledger.onAddress(card.index(), mac());
        reset();
    }

    void checkUntouched() {
        queues.forEach(NetGuestQueue::checkUntouched);
    }

    @Override
    public void close() {
        queues.forEach(NetGuestQueue::close);
        ram.close();
    }
}
