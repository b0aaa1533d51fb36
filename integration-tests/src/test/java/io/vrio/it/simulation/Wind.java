// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.transport.link.Faults;
import java.util.SplittableRandom;

/** What a wire can be like. */
final class Wind {
    private static final long US = 1_000;
    private static final int ALL = 1_000_000;

    /** Nothing is lost, and everything keeps its order. */
    static final Faults CALM = Faults.NONE.withDelayNs(20 * US);

    private final SplittableRandom random;

    Wind(SplittableRandom random) {
        this.random = random;
    }

    Faults quiet() {
        return Faults.NONE.withDelayNs(random.nextLong(1, 40) * US);
    }

    Faults bad(int ppm) {
        return Faults.NONE
                .withLossPpm(random.nextInt(ppm))
                .withDuplicationPpm(random.nextInt(ppm))
                .withCorruptionPpm(random.nextInt(ppm / 2))
                .withTruncationPpm(random.nextInt(ppm / 4))
                .withReplayPpm(random.nextInt(ppm / 2))
                .withDelayNs(random.nextLong(1, 100) * US)
                .withJitter(random.nextInt(ppm), random.nextLong(1, 2000) * US);
    }

    Faults blackHole() {
        return quiet().withLossPpm(ALL);
    }

    /** One of them. */
    Faults any() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> quiet();
            case 3, 4 -> bad(30_000);
            case 5, 6 -> bad(300_000);
            default -> blackHole();
        };
    }
}
