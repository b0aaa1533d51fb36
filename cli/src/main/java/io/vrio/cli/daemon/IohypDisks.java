// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.DiskRegistry;
import io.vrio.backends.iohyp.DiskStatus;
import io.vrio.cli.control.ControlException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** The disks of all workers of an IOhyp. Control thread. */
final class IohypDisks implements ExportedDevices<DiskStatus, DiskRegistry> {
    /** Limit: workers that a disk is followed to; further ones are not waited for. */
    private static final int MOVES_MAX = 16;

    private final IohypWorkers workers;

    IohypDisks(IohypWorkers workers) {
        this.workers = workers;
    }

    @Override
    public List<DiskStatus> list() throws ControlException {
        TreeMap<String, DiskStatus> disks = new TreeMap<>();
        synchronized (workers) {
            for (IohypWorker part : workers.all()) {
                OnWorker.ask(part.worker(), part.disks()::list)
                        .forEach(disk -> disks.put(disk.name(), disk));
            }
        }
        for (String name : workers.first().disks().names()) {
            // It was on its way from one that was asked late to one that was asked early.
            if (!disks.containsKey(name)) {
                disks.put(name, ask(name, registry -> registry.show(name)));
            }
        }
        return List.copyOf(disks.values());
    }

    @Override
    public <T> T ask(String name, Question<DiskRegistry, T> question) throws ControlException {
        for (int i = 0; i < MOVES_MAX; i++) {
            Optional<T> answer = askHome(name, question);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        throw new ControlException("disk " + name + " moves from worker to worker; try again");
    }

    /** Empty when the disk has set out for another worker meanwhile. */
    private <T> Optional<T> askHome(String name, Question<DiskRegistry, T> question)
            throws ControlException {
        synchronized (workers) {
            DiskRegistry home = workers.first().disks().home(name);
            return OnWorker.ask(
                    workers.of(home),
                    () ->
                            home.home(name) == home
                                    ? Optional.of(question.ask(home))
                                    : Optional.empty());
        }
    }
}
