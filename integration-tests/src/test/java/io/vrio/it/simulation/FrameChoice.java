// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import java.util.SplittableRandom;

/** What a guest sends, and to whom, as chance has it. */
final class FrameChoice {
    private static final long BROADCAST = 0xFFFF_FFFF_FFFFL;
    private static final long MULTICAST = 0x0100_5E00_0001L;
    private static final long NEVER_SEEN = 0x5254_00FF_FF00L;

    private final Scenario scenario;
    private final NetScenario.Card card;
    private final FrameLedger ledger;
    private final int dataMax;
    private final SplittableRandom random;

    FrameChoice(
            Scenario scenario, NetScenario.Card card, FrameLedger ledger, SplittableRandom random) {
        this.scenario = scenario;
        this.card = card;
        this.ledger = ledger;
        dataMax = scenario.net().dataMax();
        this.random = random;
    }

    /** Bytes of the longest frame that is chosen. */
    int lengthMax() {
        return (card.queues().mayCut() ? dataMax : card.mtu()) + 200;
    }

    /**
     * A frame.
     *
     * @param mac the guest's own address
     */
    SentFrame choose(int number, int pair, long mac) {
        int vlan = vlan();
        SentFrame.Shape shape = SentFrame.Shape.values()[random.nextInt(3)];
        boolean isCut =
                shape != SentFrame.Shape.PLAIN && card.queues().mayCut() && random.nextInt(3) == 0;
        boolean isSummed =
                shape == SentFrame.Shape.PLAIN
                        || !isCut && (!card.queues().maySum() || random.nextBoolean());
        int room = card.mtu() - shape.headersLength();
        int segment = isCut ? 500 + random.nextInt(room - 499) : 0;
        int length = isCut ? segment + 1 + random.nextInt(dataMax - segment) : dataLength(room);
        if (isCut && random.nextInt(3) > 0) {
            length = segment + 1 + random.nextInt(4 * segment);
        }
        return new SentFrame(
                scenario.seed(),
                card.index(),
                number,
                pair,
                target(vlan),
                source(mac),
                vlan,
                shape,
                Math.min(length, isCut ? dataMax : length),
                segment,
                isSummed);
    }

    private int dataLength(int room) {
        return switch (random.nextInt(16)) {
            case 0 -> room;
            // Nobody may cut it.
            case 1 -> room + 9 + random.nextInt(50);
            case 2, 3, 4, 5 -> 1 + random.nextInt(room);
            default -> 1 + random.nextInt(200);
        };
    }

    /** One of its own, seldom another's. */
    private int vlan() {
        if (random.nextInt(30) == 0) {
            return 3;
        }
        boolean isTagged = card.trunk() != 0 && (card.vlan() == 0 || random.nextBoolean());
        return isTagged ? card.trunk() : card.vlan();
    }

    private long target(int vlan) {
        int choice = random.nextInt(16);
        if (choice < 11) {
            return ledger.mac(random.nextInt(scenario.net().nics().size()));
        }
        return choice < 14 ? BROADCAST : choice == 14 ? MULTICAST : NEVER_SEEN + vlan;
    }

    private long source(long mac) {
        if (random.nextInt(20) > 0) {
            return mac;
        }
        NetScenario.Card other =
                scenario.net().nics().get(random.nextInt(scenario.net().nics().size()));
        boolean isOthers = other.hasMac() && other != card && sharesVlan(other);
        if (random.nextBoolean() && isOthers) {
            return other.mac(0);
        }
        // A card without an address of its own would get the first one that its guest uses.
        return card.hasMac() || card.maySpoof() ? NEVER_SEEN + 16L + card.index() : mac;
    }

    private boolean sharesVlan(NetScenario.Card other) {
        return other.vlan() != 0 && card.isIn(other.vlan())
                || other.trunk() != 0 && card.isIn(other.trunk());
    }

    /** A short frame. */
    SentFrame plain(int number, long target, long mac, int vlan) {
        return new SentFrame(
                scenario.seed(),
                card.index(),
                number,
                0,
                target,
                mac,
                vlan,
                SentFrame.Shape.PLAIN,
                50,
                0,
                true);
    }
}
