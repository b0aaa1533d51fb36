// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

/** What to do about the workers of a daemon. */
sealed interface ScalingDecision {
    /** Nothing. */
    record Stay() implements ScalingDecision {}

    /** One more: those there are have no time left. */
    record Grow() implements ScalingDecision {}

    /** One less. */
    record Shrink(Reason reason) implements ScalingDecision {}

    /** Some of the load of one to another. */
    record Rebalance(int from, int to, double share) implements ScalingDecision {}

    /** Why there is one worker less. */
    enum Reason {
        /** The others can easily carry what there is. */
        IDLE("the load needs less"),
        /** It was added, and no more was done than before. */
        REGRET("it did not raise the throughput");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** For the operator. */
        String text() {
            return text;
        }
    }
}
