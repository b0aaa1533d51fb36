// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import java.util.Optional;
import java.util.OptionalInt;

/** What an operator may choose of a device that is plugged in. */
interface PlugOptions {
    Optional<String> target();

    Optional<String> mac();

    OptionalInt queues();

    /**
     * @param chosen null when the operator did not choose
     */
    static OptionalInt queues(Integer chosen) {
        return chosen == null ? OptionalInt.empty() : OptionalInt.of(chosen);
    }
}
