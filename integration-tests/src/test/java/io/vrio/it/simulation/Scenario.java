// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.IpVersion;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a seed means: everything about a run that is settled before it begins. */
record Scenario(
        long seed, Wire wire, Rings rings, Disk disk, Load load, Workers workers, NetScenario net) {
    private static final long FLUSH = 1L << 9;
    private static final long HASTE = 0x4A57E;
    private static final long CARELESS = 0xCA4E1E55;
    private static final long PACKED = 0x9AC4ED;
    private static final long WORKERS = 0x3A5C;
    private static final long REST = 0x4E57;
    private static final long US = 1_000;
    private static final long MS = 1_000 * US;
    private static final long S = 1_000 * MS;

    /** What both ends have when the association is sealed: with every other seed. */
    Optional<PresharedKey> key() {
        byte[] bytes = new byte[PresharedKey.LENGTH];
        new SplittableRandom(seed).nextBytes(bytes);
        return isSealed() ? Optional.of(new PresharedKey(bytes)) : Optional.empty();
    }

    /** What the machines speak: IPv6 with every third seed. */
    IpVersion ipVersion() {
        return seed % 3 == 0 ? IpVersion.V6 : IpVersion.V4;
    }

    /** How long keys are used: with every other sealed seed not long at all. */
    KeyLimits keyLimits() {
        return hasShortKeys() ? new KeyLimits(128 << 10, 50 * MS) : KeyLimits.DEFAULT;
    }

    boolean isSealed() {
        return seed % 2 == 0;
    }

    /** Whether keys are changed all the time. */
    boolean hasShortKeys() {
        return seed % 4 == 0;
    }

    /** Whether strangers forge; else they repeat only, and all that cannot be opened is our own. */
    boolean isForged() {
        return isSealed() && seed % 8 != 0;
    }

    /** Whether the guests flush most when the disk has crashed: with two seeds of five. */
    boolean isAnxious() {
        return seed % 5 < 2;
    }

    /**
     * @param portCount local ports that the server uses in turn for its associations
     * @param isNearWrap whether the server's sequence numbers begin just below 2^32
     * @param serverBuffers frame buffers of the server
     * @param iohypBuffers frame buffers of the IOhyp
     */
    record Wire(
            int mtu,
            Segmentation segmentation,
            int portCount,
            boolean isNearWrap,
            int serverBuffers,
            int iohypBuffers) {
        private static final int MANY_BUFFERS = 128;

        /** Whether nothing is dropped for want of them. */
        boolean hasManyBuffers() {
            return serverBuffers == MANY_BUFFERS && iohypBuffers == MANY_BUFFERS;
        }

        /** Whether a late frame of an older association can look like one of the present one. */
        boolean hasDoubles() {
            return isNearWrap && hasFewPorts();
        }

        /** Whether associations of the server have the same port again and again. */
        boolean hasFewPorts() {
            return portCount < 10;
        }

        static Wire of(SplittableRandom random, int sectorsMax) {
            // Reads need room for their answers, beside what the wire brings.
            int few = 24 + 2 * (sectorsMax * 512 >> 16);
            return new Wire(
                    random.nextBoolean() ? 1500 : 9000,
                    random.nextInt(3) == 0 ? Segmentation.WHOLE : Segmentation.CUT,
                    random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 10_000,
                    random.nextInt(3) == 0,
                    random.nextInt(3) == 0 ? few : MANY_BUFFERS,
                    random.nextInt(3) == 0 ? few : MANY_BUFFERS);
        }
    }

    /**
     * @param firstIndex where the free-running indices begin
     * @param isPolling whether the guest looks at its rings without being called
     */
    record Rings(int count, int size, long features, int firstIndex, boolean isPolling) {
        static Rings of(SplittableRandom random) {
            boolean hasIndirect = random.nextInt(3) > 0;
            boolean hasEventIdx = random.nextInt(3) > 0;
            boolean isLegacy = random.nextInt(8) == 0;
            boolean canFlush = random.nextInt(8) > 0;
            long features =
                    (isLegacy ? RingFeatures.ANY_LAYOUT : RingFeatures.VERSION_1)
                            | (hasIndirect ? RingFeatures.INDIRECT_DESC : 0)
                            | (hasEventIdx ? RingFeatures.EVENT_IDX : 0)
                            | (canFlush ? FLUSH : 0);
            return new Rings(
                    1 + random.nextInt(4),
                    1 << 2 + random.nextInt(7),
                    features,
                    random.nextInt(3) == 0 ? 0xFFFF - random.nextInt(32) : random.nextInt(16),
                    random.nextInt(4) == 0);
        }

        /** The same with packed rings, of any size. */
        Rings packed(SplittableRandom random) {
            long other = features & ~RingFeatures.ANY_LAYOUT;
            long packed = other | RingFeatures.VERSION_1 | RingFeatures.PACKED;
            int packedSize = random.nextBoolean() ? size : size + random.nextInt(size);
            return new Rings(count, packedSize, packed, firstIndex, isPolling);
        }

        boolean hasIndirect() {
            return (features & RingFeatures.INDIRECT_DESC) != 0;
        }

        boolean hasEventIdx() {
            return (features & RingFeatures.EVENT_IDX) != 0;
        }

        /** Whether an ended write is durable although nobody has flushed. */
        boolean isWriteThrough() {
            return (features & FLUSH) == 0;
        }
    }

    /**
     * @param count disks of the server, each with a guest of its own
     * @param failurePpm requests of a million that fail
     */
    record Disk(int count, long capacity, long delayMaxNs, int failurePpm) {
        static Disk of(SplittableRandom random, int sectorsMax) {
            long capacity = Math.max(128 << 10, 2L * 512 * sectorsMax);
            long delayMaxNs =
                    switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> 20 * US;
                        case 2 -> 500 * US;
                        default -> 20 * MS;
                    };
            int failurePpm = random.nextInt(3) == 0 ? 20_000 : 0;
            return new Disk(1 + random.nextInt(5) / 3, capacity, delayMaxNs, failurePpm);
        }
    }

    /**
     * @param requests how many a guest begins in all
     * @param depth requests of one queue at a time
     * @param sectorsMax of one request
     * @param thinkMaxNs how long the guest waits at most before it begins the next request
     * @param ioTimeoutNs how long a request may wait for a peer that is away
     * @param unrest how often something happens to the machines, from 0 for never to 3
     * @param isHasty whether a guest also begins requests just when the worker goes to sleep, and a
     *     frontend may have no time for requests in flight
     * @param isCareless whether requests under way may have sectors in common
     */
    record Load(
            int requests,
            int depth,
            int sectorsMax,
            long thinkMaxNs,
            long ioTimeoutNs,
            int unrest,
            boolean isHasty,
            boolean isCareless) {
        static Load of(SplittableRandom random, boolean isHasty, boolean isCareless) {
            int sectorsMax =
                    switch (random.nextInt(8)) {
                        case 0 -> 1;
                        case 1, 2, 3 -> 8;
                        case 4, 5 -> 64;
                        case 6 -> 300;
                        default -> 2048;
                    };
            int requests = sectorsMax > 500 ? 60 : sectorsMax > 64 ? 150 : 300;
            return new Load(
                    requests,
                    1 + random.nextInt(sectorsMax > 500 ? 3 : 16),
                    sectorsMax,
                    random.nextBoolean() ? 100 * US : 20 * MS,
                    random.nextBoolean() ? 4 * S : 15 * S,
                    random.nextInt(4),
                    isHasty,
                    isCareless);
        }
    }

    /**
     * One each in two of three seeds; more of one or both in the others.
     *
     * @param server the most that the server has at a time
     * @param iohyp the most that the IOhyp has at a time
     */
    record Workers(int server, int iohyp) {
        static Workers of(long seed) {
            SplittableRandom random = new SplittableRandom(seed ^ WORKERS);
            boolean areSeveral = random.nextInt(3) == 0;
            return areSeveral
                    ? new Workers(1 + random.nextInt(3), 1 + random.nextInt(3))
                    : new Workers(1, 1);
        }

        /** Whether there is more than one of anything. */
        boolean areSeveral() {
            return server + iohyp > 2;
        }
    }

    /** Looks in vain until a disk rests: fewer than in the product, so that it often does. */
    int restLooks() {
        return 1 + new SplittableRandom(seed ^ REST).nextInt(8);
    }

    static Scenario of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean isHasty = new SplittableRandom(seed ^ HASTE).nextInt(3) == 0;
        boolean isCareless = new SplittableRandom(seed ^ CARELESS).nextInt(3) == 0;
        Load load = Load.of(random, isHasty, isCareless);
        Wire wire = Wire.of(random, load.sectorsMax());
        Rings rings = Rings.of(random);
        SplittableRandom packing = new SplittableRandom(seed ^ PACKED);
        return new Scenario(
                seed,
                wire,
                packing.nextInt(3) == 0 ? rings.packed(packing) : rings,
                Disk.of(random, load.sectorsMax()),
                load,
                Workers.of(seed),
                NetScenario.of(seed));
    }
}
