// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import java.util.concurrent.TimeUnit;

/** Which hosts are busy when, and what is wanted then of the shared IOhyp. */
enum Pattern {
    /** Two of four hosts at any time, each half of the time; half the workers. */
    BURSTS("bursts of 0.2 s", 100, 2, 0.95),
    /** The same; what a local sidecore does after its burst, beside two others, is less of it. */
    LONG_BURSTS("bursts of 0.8 s", 400, 2, 0.95),
    /** The first host always, the others never; as many workers. */
    HOT("one hot host", 100, 4, 1.5);

    /** Hosts, and so local workers. */
    static final int HOSTS = 4;

    private final String title;

    /** A burst has two of these, and begins one after that of the host before. */
    private final long slotNs;

    private final int sharedWorkers;
    private final double wanted;

    Pattern(String title, long slotMs, int sharedWorkers, double wanted) {
        this.title = title;
        slotNs = TimeUnit.MILLISECONDS.toNanos(slotMs);
        this.sharedWorkers = sharedWorkers;
        this.wanted = wanted;
    }

    String title() {
        return title;
    }

    /** Of the IOhyp; the hosts have one each on the other side. */
    int sharedWorkers() {
        return sharedWorkers;
    }

    /** Disks of the hot host's server: a disk is on one worker at a time. */
    int sharedDisks(int host) {
        return this == HOT && host == 0 ? sharedWorkers : 1;
    }

    /** At least so much of what the local sidecores do. */
    double wanted() {
        return wanted;
    }

    /** At a time that counts from the begin of a run. */
    boolean isBusy(int host, long ns) {
        return switch (this) {
            case BURSTS, LONG_BURSTS -> {
                int slot = (int) (ns / slotNs % HOSTS);
                yield slot == host || slot == (host + 1) % HOSTS;
            }
            case HOT -> host == 0;
        };
    }

    /** So long at least, and the same for all hosts. */
    long wholeNs(double seconds) {
        long cycleNs = HOSTS * slotNs;
        return (long) Math.ceil(seconds * TimeUnit.SECONDS.toNanos(1) / cycleNs) * cycleNs;
    }

    /** How long after that time it may change. */
    long untilNextSlotNs(long ns) {
        return slotNs - ns % slotNs;
    }
}
