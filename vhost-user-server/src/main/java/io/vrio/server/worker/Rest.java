// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

/**
 * Tells which devices have had nothing to do for a while, and when those are looked at: in turn,
 * some in each duty cycle, so that many that are idle do not slow down the few that are busy. One
 * worker.
 */
final class Rest {
    /**
     * Looks in vain until a device is at rest. More than a guest has to wait for a call that it has
     * not asked for.
     */
    static final int LOOKS = 128;

    /** So many devices at rest are looked at in one duty cycle; with no more of them, all are. */
    static final int SHARE = 16;

    private int looks;
    private boolean isResting;
    private int cyclesLeft;

    boolean isResting() {
        return isResting;
    }

    /**
     * Whether the device is left out of this duty cycle.
     *
     * @param agentCount of the worker
     */
    boolean isLeftOut(int agentCount) {
        if (!isResting) {
            return false;
        }
        if (--cyclesLeft > 0) {
            return true;
        }
        cyclesLeft = period(agentCount);
        return false;
    }

    private static int period(int agentCount) {
        return Math.max(1, agentCount / SHARE);
    }

    /** The device was looked at; whether it has had nothing to do for long enough to rest now. */
    boolean isEarned(int work) {
        if (work > 0) {
            end();
            return false;
        }
        return !isResting && ++looks >= LOOKS;
    }

    /**
     * Begins; from now on the device tells of everything that comes for it, but for what a look
     * finds.
     *
     * @param seed spreads the devices over the duty cycles: those that come to rest at the same
     *     time are not looked at in the same one
     */
    void begin(int seed, int agentCount) {
        isResting = true;
        cyclesLeft = 1 + Math.floorMod(seed, period(agentCount));
    }

    /** There is something to do, or may be. */
    void end() {
        isResting = false;
        looks = 0;
    }
}
