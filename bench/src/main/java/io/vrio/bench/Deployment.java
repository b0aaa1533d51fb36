// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.util.ArrayList;
import java.util.List;

/** An alternative in operation: its daemons, and a guest connected to them. */
final class Deployment implements AutoCloseable {
    private static final int SLOTS = 32;
    private static final long GUEST_MEMORY = 1L << 30;

    /** Every sector's ends are checked always, its body in one read of so many. */
    private static final int BODY_CHECK_INTERVAL = 16;

    private final Alternative alternative;
    private final List<Daemon> daemons = new ArrayList<>();
    private BlockGuest guest;
    private DataVerifier verifier;

    Deployment(Alternative alternative) {
        this.alternative = alternative;
    }

    /** Starts the daemons, then the guest. */
    void start(Alternative.Place place, DiskModel model, long seed) {
        for (Alternative.Command command : alternative.commands(place)) {
            String log = alternative.title() + "." + command.role().replace(' ', '-') + ".log";
            daemons.add(Daemon.start(command, place.file(log)));
        }
        GuestOptions options =
                GuestOptions.DEFAULT.withSlots(SLOTS, Workload.LENGTH_MAX).withMemory(GUEST_MEMORY);
        guest = BlockGuest.connect(alternative.socket(place), options);
        long length = guest.capacitySectors() * 512;
        if (length != (long) model.blockCount() * DiskModel.BLOCK_LENGTH) {
            throw new IllegalStateException(
                    alternative.title() + " shows a disk of " + length + " bytes");
        }
        verifier =
                new DataVerifier(
                        guest.queue(0), model, Workload.LENGTH_MAX, BODY_CHECK_INTERVAL, seed);
    }

    Alternative alternative() {
        return alternative;
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
