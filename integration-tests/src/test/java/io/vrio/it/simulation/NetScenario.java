// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a seed means for NICs.
 *
 * @param nics none in some seeds
 * @param frames that each guest sends
 * @param thinkMaxNs how long a guest waits at most before it sends the next one
 * @param dataMax bytes of data of the longest frame that is to be cut
 * @param isCalm nothing is lost and nobody is disturbed, so that every frame can be accounted for
 */
record NetScenario(List<Card> nics, int frames, long thinkMaxNs, int dataMax, boolean isCalm) {
    private static final long SALT = 0x7E7A4D5;
    private static final long PACKED = 0x9AC4ED0F;
    private static final long US = 1_000;

    private static final long CSUM = 1L;
    private static final long GUEST_CSUM = 1L << 1;
    private static final long GUEST_TSO = 3L << 7;
    private static final long HOST_TSO = 3L << 11;
    private static final long MRG_RXBUF = 1L << 15;

    /**
     * A NIC and its guest.
     *
     * @param vlan of frames without a tag; 0 when there are none
     * @param trunk the one VLAN of frames with a tag, or 0
     * @param hasMac whether the operator has said which address is the guest's
     * @param maySpoof whether other stations may be behind the guest
     * @param isAway whether its guest begins on the second VM host
     */
    record Card(
            int index,
            int vlan,
            int trunk,
            boolean hasMac,
            boolean maySpoof,
            int mtu,
            boolean isAway,
            Queues queues) {
        static Card of(int index, int dataMax, SplittableRandom random) {
            boolean isTrunk = random.nextInt(4) == 0;
            return new Card(
                    index,
                    isTrunk && random.nextBoolean() ? 0 : 1 + random.nextInt(5) / 4,
                    isTrunk ? 1 + random.nextInt(2) : 0,
                    random.nextInt(3) > 0,
                    random.nextInt(5) == 0,
                    random.nextInt(4) == 0 ? 9000 : 1500,
                    random.nextInt(3) == 0,
                    Queues.of(dataMax, random));
        }

        /** With one chance of three, the same with packed rings. */
        Card perhapsPacked(SplittableRandom random) {
            Queues rings = random.nextInt(3) == 0 ? queues.packed(random) : queues;
            return new Card(index, vlan, trunk, hasMac, maySpoof, mtu, isAway, rings);
        }

        String name() {
            return "nic" + index;
        }

        /** The guest's address in one of its lives; another one only where it may choose. */
        long mac(int life) {
            return 0x5254_0000_0000L | (index + 1) << 8 | (hasMac ? 0 : life & 0xFF);
        }

        /** As an operator writes it. */
        String spec() {
            boolean hasTrunk = trunk != 0 && trunk != vlan;
            String tag = vlan == 0 ? "" : ",vlan=" + vlan;
            String address = String.format("52:54:00:00:%02x:00", index + 1);
            return "switch:lan"
                    + tag
                    + (hasTrunk ? ",trunk=" + trunk : "")
                    + (hasMac ? ",mac=" + address : "")
                    + ",mtu="
                    + mtu
                    + (maySpoof ? ",spoof" : "");
        }

        /** The tag of frames that the guest sends into a VLAN of its own; 0 for none. */
        int tagOf(int chosenVlan) {
            return chosenVlan == vlan ? 0 : chosenVlan;
        }

        boolean isIn(int chosenVlan) {
            return chosenVlan == vlan || chosenVlan == trunk;
        }
    }

    /**
     * @param bufferLength of receive buffers
     * @param isLazy whether the guest leaves queues without receive buffers for a while
     */
    record Queues(
            int pairs,
            int size,
            long features,
            int firstIndex,
            boolean isPolling,
            int bufferLength,
            boolean isLazy) {
        static Queues of(int dataMax, SplittableRandom random) {
            long features = features(random);
            // Room for the descriptors of as many receive buffers as the longest frame needs.
            boolean isLarge = (features & MRG_RXBUF) != 0 && (features & GUEST_TSO) != 0;
            return new Queues(
                    1 + random.nextInt(3),
                    1 << 4 + (isLarge ? 2 : 0) + random.nextInt(3),
                    features,
                    random.nextInt(3) == 0 ? 0xFFFF - random.nextInt(32) : random.nextInt(16),
                    random.nextInt(4) == 0,
                    bufferLength(features, dataMax, random),
                    random.nextInt(3) == 0);
        }

        private static long features(SplittableRandom random) {
            boolean isModern = random.nextInt(8) > 0;
            long ring =
                    (isModern ? RingFeatures.VERSION_1 : RingFeatures.ANY_LAYOUT)
                            | (random.nextInt(3) > 0 ? RingFeatures.INDIRECT_DESC : 0)
                            | (random.nextInt(3) > 0 ? RingFeatures.EVENT_IDX : 0);
            long send =
                    switch (random.nextInt(3)) {
                        case 0 -> 0;
                        case 1 -> CSUM;
                        default -> CSUM | HOST_TSO;
                    };
            long receive =
                    switch (random.nextInt(3)) {
                        case 0 -> 0;
                        case 1 -> GUEST_CSUM;
                        default -> GUEST_CSUM | GUEST_TSO;
                    };
            return ring | send | receive | (random.nextBoolean() ? MRG_RXBUF : 0);
        }

        private static int bufferLength(long features, int dataMax, SplittableRandom random) {
            if ((features & MRG_RXBUF) != 0) {
                return (features & GUEST_TSO) != 0 || random.nextBoolean() ? 4096 : 1536;
            }
            // As Linux has them: for a whole frame of any kind that may come, or for an MTU's.
            return (features & GUEST_TSO) != 0 ? dataMax + 200 : 9100;
        }

        /** The same with packed rings, of any size. */
        Queues packed(SplittableRandom random) {
            long other = features & ~RingFeatures.ANY_LAYOUT;
            return new Queues(
                    pairs,
                    random.nextBoolean() ? size : size + random.nextInt(size),
                    other | RingFeatures.VERSION_1 | RingFeatures.PACKED,
                    firstIndex,
                    isPolling,
                    bufferLength,
                    isLazy);
        }

        /** Receive buffers at a time: the longest frame fits into all of them. */
        int receiveDepth() {
            return isMergeable() && canCut() ? 20 : 8;
        }

        boolean isMergeable() {
            return (features & MRG_RXBUF) != 0;
        }

        boolean maySum() {
            return (features & CSUM) != 0;
        }

        boolean mayCut() {
            return (features & HOST_TSO) != 0;
        }

        boolean canSum() {
            return (features & GUEST_CSUM) != 0;
        }

        boolean canCut() {
            return (features & GUEST_TSO) != 0;
        }

        /** Bytes in front of a frame in guest memory. */
        int headerLength() {
            boolean isShort = !isMergeable() && (features & RingFeatures.VERSION_1) == 0;
            return isShort ? 10 : 12;
        }
    }

    static NetScenario of(long seed) {
        SplittableRandom random = new SplittableRandom(seed ^ SALT);
        SplittableRandom packing = new SplittableRandom(seed ^ PACKED);
        List<Card> cards = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 0 : 2 + random.nextInt(3);
        // The longest do not fit one super-frame.
        int dataMax = random.nextInt(8) == 0 ? 65_400 : 12_000;
        for (int i = 0; i < count; i++) {
            cards.add(Card.of(i, dataMax, random).perhapsPacked(packing));
        }
        return new NetScenario(
                List.copyOf(cards),
                40 + random.nextInt(120),
                random.nextBoolean() ? 50 * US : 5000 * US,
                dataMax,
                random.nextInt(8) == 0);
    }

    /** What the operator has said of a card. */
    static NicSpec parsed(Card card) {
        try {
            return NicSpec.parse(card.spec());
        } catch (BackendException e) {
            throw new AssertionError(e);
        }
    }

    boolean isPresent() {
        return !nics.isEmpty();
    }
}
