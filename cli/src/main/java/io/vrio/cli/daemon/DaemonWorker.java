// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.option.ProcessOptions;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;

/** Starts the worker of a daemon, where the operator wants it to run. */
final class DaemonWorker {
    private static final int CPU_MASK_LENGTH = 128;

    private DaemonWorker() {}

    /** A running worker without agents: those are added on its own thread. */
    static Worker start(CloseStack opened, ProcessOptions options) throws CommandFailedException {
        Worker worker = new Worker("worker-0", NanoClock.SYSTEM, options.spinNs());
        worker.start();
        opened.add(worker);
        if (options.cpu().isPresent()) {
            pin(worker, options.cpu().getAsInt());
        }
        return worker;
    }

    private static void pin(Worker worker, int cpu) throws CommandFailedException {
        int result =
                worker.call(
                        () -> {
                            try (NativeBuffer mask = new NativeBuffer(CPU_MASK_LENGTH)) {
                                mask.slice().putByte(cpu / 8, (byte) (1 << cpu % 8));
                                final int thisThread = 0;
                                long address = mask.slice().address(0, CPU_MASK_LENGTH);
                                return Linux.setAffinity(thisThread, CPU_MASK_LENGTH, address);
                            }
                        });
        if (result < 0) {
            throw new CommandFailedException(
                    "--cpu: cannot run on CPU "
                            + cpu
                            + ": "
                            + Linux.describe(-result)
                            + "; this process may use "
                            + Runtime.getRuntime().availableProcessors()
                            + " CPUs (see taskset -p $$)");
        }
    }
}
