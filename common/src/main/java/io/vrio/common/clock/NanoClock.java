// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.clock;

/**
 * A monotonic clock in nanoseconds with an arbitrary origin. Values are compared by difference,
 * never with {@code <}.
 */
@FunctionalInterface
public interface NanoClock {
    NanoClock SYSTEM = System::nanoTime;

    long nanoTime();
}
