// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskOptions;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.clock.NanoClock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A fixture: what is kept of some disks over the lives of an IOhyp, and the registry of each life.
 * Whatever it does is the same in every run.
 */
public final class KeptRegistry {
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");

    private final MemoryStore<DiskRecord> store;
    private final MemoryStore<KeptClaim> claims = new MemoryStore<>(List.of());
    private final NanoClock clock;
    private final BiFunction<String, DiskWorker, BackendDisk> opener;

    /**
     * @param capacity of each disk
     * @param clock measures for how long claims of an earlier life reserve a disk
     * @param opener makes the disk of that name for one life, on a worker
     */
    public KeptRegistry(
            Set<String> names,
            long capacity,
            NanoClock clock,
            BiFunction<String, DiskWorker, BackendDisk> opener) {
        this.clock = clock;
        this.opener = opener;
        BackendSpec spec = new BackendSpec.NullSpec(capacity, 0, DiskOptions.NONE);
        store =
                new MemoryStore<>(
                        names.stream()
                                .map(name -> new DiskRecord(name, spec, capacity, name, NOW))
                                .toList());
    }

    /** Begins a life, whose first worker is this. */
    public DiskRegistry open(DiskWorker worker) throws BackendException {
        ClaimLedger ledger = new ClaimLedger("disk", claims, worker::execute, clock, () -> NOW);
        return new DiskRegistry(store, ledger, worker, () -> NOW, this::openDisk);
    }

    private BackendDisk openDisk(BackendSpec spec, DiskContext context) {
        return opener.apply(context.name(), context.worker());
    }
}
