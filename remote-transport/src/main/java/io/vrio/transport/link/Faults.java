// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/**
 * How often a {@link FaultyLink} does what to a frame, in frames per million, and how long frames
 * take. Written as {@code Faults.NONE.withLossPpm(10_000).withDelayNs(20_000)}.
 *
 * @param jitterPpm frames that take longer by a random time, so that later ones overtake them
 * @param delayNs how long each frame takes
 * @param jitterNs how much longer a frame takes at most when it is one of those
 */
public record Faults(
        int lossPpm,
        int duplicationPpm,
        int corruptionPpm,
        int truncationPpm,
        int replayPpm,
        int jitterPpm,
        long delayNs,
        long jitterNs) {
    /** A wire without faults and without delay. */
    public static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0);

    public Faults withLossPpm(int ppm) {
        return new Faults(
                ppm,
                duplicationPpm,
                corruptionPpm,
                truncationPpm,
                replayPpm,
                jitterPpm,
                delayNs,
                jitterNs);
    }

    public Faults withDuplicationPpm(int ppm) {
        return new Faults(
                lossPpm,
                ppm,
                corruptionPpm,
                truncationPpm,
                replayPpm,
                jitterPpm,
                delayNs,
                jitterNs);
    }

    public Faults withCorruptionPpm(int ppm) {
        return new Faults(
                lossPpm,
                duplicationPpm,
                ppm,
                truncationPpm,
                replayPpm,
                jitterPpm,
                delayNs,
                jitterNs);
    }

    public Faults withTruncationPpm(int ppm) {
        return new Faults(
                lossPpm,
                duplicationPpm,
                corruptionPpm,
                ppm,
                replayPpm,
                jitterPpm,
                delayNs,
                jitterNs);
    }

    /** An earlier frame, of the last few hundred, comes once more. */
    public Faults withReplayPpm(int ppm) {
        return new Faults(
                lossPpm,
                duplicationPpm,
                corruptionPpm,
                truncationPpm,
                ppm,
                jitterPpm,
                delayNs,
                jitterNs);
    }

    /** So many frames take up to {@code maxNs} longer. */
    public Faults withJitter(int ppm, long maxNs) {
        return new Faults(
                lossPpm,
                duplicationPpm,
                corruptionPpm,
                truncationPpm,
                replayPpm,
                ppm,
                delayNs,
                maxNs);
    }

    public Faults withDelayNs(long ns) {
        return new Faults(
                lossPpm,
                duplicationPpm,
                corruptionPpm,
                truncationPpm,
                replayPpm,
                jitterPpm,
                ns,
                jitterNs);
    }
}
