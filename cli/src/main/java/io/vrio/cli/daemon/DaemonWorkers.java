// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.option.WorkerCount;
import io.vrio.cli.option.WorkerSettings;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The running workers of a daemon, each where the operator wants it to run. They come without
 * agents: those are added on their own threads. One thread at a time makes more or fewer of them;
 * any thread may ask.
 */
final class DaemonWorkers implements AutoCloseable {
    private static final int CPU_MASK_LENGTH = 128;

    private final WorkerSettings settings;
    private final List<Worker> running = new CopyOnWriteArrayList<>();

    private DaemonWorkers(WorkerSettings settings) {
        this.settings = settings;
    }

    /** As many as there must be. */
    static DaemonWorkers start(CloseStack opened, WorkerSettings settings)
            throws CommandFailedException {
        DaemonWorkers workers = opened.add(new DaemonWorkers(settings));
        for (int i = 0; i < settings.count().min(); i++) {
            workers.grow();
        }
        return workers;
    }

    /**
     * Starts one more; there must be fewer than {@link #limits} allow.
     *
     * @throws CommandFailedException when it may not run on its CPU; nothing has changed then
     */
    Worker grow() throws CommandFailedException {
        int index = running.size();
        Worker worker = new Worker("worker-" + index, NanoClock.SYSTEM, settings.spinNs());
        worker.start();
        try {
            if (cpu(index).isPresent()) {
                pin(worker, cpu(index).get());
            }
        } catch (CommandFailedException e) {
            worker.close();
            throw e;
        }
        running.add(worker);
        return worker;
    }

    /** Ends the last one, which closes its agents; the first one stays. */
    void shrink() {
        if (running.size() == 1) {
            throw new IllegalStateException("the first worker stays");
        }
        running.remove(running.size() - 1).close();
    }

    /** The one that is always there. */
    Worker first() {
        return running.get(0);
    }

    /** Those there are now, in their order. */
    List<Worker> running() {
        return List.copyOf(running);
    }

    /** Where one of them stays; empty for wherever the kernel puts it. */
    Optional<Integer> cpu(int index) {
        return settings.cpus().isEmpty()
                ? Optional.empty()
                : Optional.of(settings.cpus().numbers().get(index));
    }

    /** How many there may be. */
    WorkerCount limits() {
        return settings.count();
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
                    "--cpus: cannot run on CPU "
                            + cpu
                            + ": "
                            + Linux.describe(-result)
                            + "; this process may use "
                            + Runtime.getRuntime().availableProcessors()
                            + " CPUs (see taskset -p $$)");
        }
    }

    /** Ends all, the last one first. */
    @Override
    public void close() {
        while (!running.isEmpty()) {
            running.remove(running.size() - 1).close();
        }
    }
}
