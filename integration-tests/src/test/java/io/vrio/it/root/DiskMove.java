// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.it.Await;
import java.util.concurrent.Callable;

/**
 * The operator's {@code vrio disk move} on a machine that may be busy: there, the requests under
 * way are not always answered in time, and the command has to be given again.
 */
public final class DiskMove {
    /** What the command says then; any other failure is one of the test. */
    private static final String REFUSAL = "stays where it is: its requests are not answered";

    private DiskMove() {}

    /** Gives the command until the disk is there. */
    static void repeat(Callable<CommandOutcome> command) throws Exception {
        Await.until("the disk has moved", () -> isDone(command.call()));
    }

    /**
     * Judges the command.
     *
     * @return false when it may be given again
     */
    public static boolean isDone(CommandOutcome outcome) {
        if (outcome.err().contains(REFUSAL)) {
            return false;
        }
        outcome.assertOk();
        return true;
    }
}
