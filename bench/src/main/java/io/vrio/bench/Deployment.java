// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An alternative in operation: its daemons, and a guest connected to them. */
final class Deployment implements AutoCloseable {
    /** Limit: a disk that is still empty then is an error. */
    private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(10);

    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int SECTOR = 512;
    private static final int SLOTS = 32;
    private static final long GUEST_MEMORY = 1L << 30;

    /** Every sector's ends are checked always, its body in one read of so many. */
    private static final int BODY_CHECK_INTERVAL = 16;

    private final Alternative alternative;
    private final Disk disk;
    private final List<Daemon> daemons = new ArrayList<>();
    private BlockGuest guest;
    private DataVerifier verifier;

    Deployment(Alternative alternative, Disk disk) {
        this.alternative = alternative;
        this.disk = disk;
    }

    /** Starts the daemons, then the guest. */
    void start(Alternative.Place place, long seed) {
        for (DaemonCommand command : alternative.commands(place)) {
            String log = alternative.title() + "." + command.role().replace(' ', '-') + ".log";
            daemons.add(Daemon.start(command, place.file(log)));
        }
        GuestOptions options =
                GuestOptions.DEFAULT.withSlots(SLOTS, Workload.LENGTH_MAX).withMemory(GUEST_MEMORY);
        guest = connect(alternative.socket(place), options);
        long length = guest.capacitySectors() * SECTOR;
        DiskModel model = disk.model();
        if (length != (long) model.blockCount() * DiskModel.BLOCK_LENGTH) {
            throw new IllegalStateException(
                    alternative.title() + " shows a disk of " + length + " bytes");
        }
        verifier =
                new DataVerifier(
                        guest.queue(0), model, Workload.LENGTH_MAX, BODY_CHECK_INTERVAL, seed);
    }

    /** A server may show an empty disk until it has met its I/O host. */
    private static BlockGuest connect(Path socket, GuestOptions options) {
        long deadlineNs = System.nanoTime() + CONNECT_NS;
        BlockGuest guest = BlockGuest.connect(socket, options);
        while (guest.capacitySectors() == 0 && deadlineNs - System.nanoTime() > 0) {
            guest.close();
            LockSupport.parkNanos(RETRY_NS);
            guest = BlockGuest.connect(socket, options);
        }
        return guest;
    }

    Alternative alternative() {
        return alternative;
    }

    Disk disk() {
        return disk;
    }

    List<Daemon> daemons() {
        return daemons;
    }

    BlockGuest guest() {
        return guest;
    }

    DataVerifier verifier() {
        return verifier;
    }

    long cpuNs() {
        return daemons.stream().mapToLong(daemon -> daemon.usage().cpuNs()).sum();
    }

    @Override
    public void close() {
        try {
            if (guest != null) {
                guest.close();
            }
        } finally {
            for (int i = daemons.size() - 1; i >= 0; i--) {
                daemons.get(i).close();
            }
        }
    }
}
