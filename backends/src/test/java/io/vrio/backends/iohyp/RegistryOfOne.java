// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskOptions;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * A fixture: what is kept of one disk over the lives of an IOhyp, and the registry of each life.
 * Whatever it does is the same in every run.
 */
public final class RegistryOfOne {
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");

    private final Store store;
    private final Supplier<BackendDisk> opener;

    /**
     * @param name of the disk
     * @param opener makes the disk of one life
     */
    public RegistryOfOne(String name, long capacity, Supplier<BackendDisk> opener) {
        this.opener = opener;
        BackendSpec spec = new BackendSpec.NullSpec(capacity, DiskOptions.NONE);
        store = new Store(List.of(new DiskRecord(name, spec, capacity, "id", NOW)));
    }

    private static final class Store implements DiskStore {
        private List<DiskRecord> records;

        Store(List<DiskRecord> records) {
            this.records = records;
        }

        @Override
        public List<DiskRecord> load() {
            return records;
        }

        @Override
        public void save(List<DiskRecord> changed) {
            records = List.copyOf(changed);
        }
    }

    /** Begins a life, on the calling thread. */
    public DiskRegistry open() throws BackendException {
        return new DiskRegistry(store, Runnable::run, () -> NOW, (spec, context) -> opener.get());
    }
}
