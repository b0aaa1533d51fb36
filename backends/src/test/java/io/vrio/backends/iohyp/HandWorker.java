// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.DiskWorker;
import java.util.ArrayDeque;

/** A fixture: a worker without a thread, which does what it is told when a test says so. */
final class HandWorker implements DiskWorker {
    private final ArrayDeque<Runnable> commands = new ArrayDeque<>();

    @Override
    public void execute(Runnable command) {
        commands.add(command);
    }

    boolean isIdle() {
        return commands.isEmpty();
    }

    /** Does the next thing, if there is one. */
    void runOne() {
        Runnable command = commands.poll();
        if (command != null) {
            command.run();
        }
    }
}
