// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import java.util.List;

/** A fixture: records in memory, which a process that ends leaves to the next one. */
final class MemoryStore<R> implements RecordStore<R> {
    private List<R> records;
    private String failure = "";
    private int saveCount;

    MemoryStore(List<R> records) {
        this.records = records;
    }

    /** From now on nothing can be saved, for this reason; empty: it can. */
    void failWith(String reason) {
        failure = reason;
    }

    /** How often it was written. */
    int saveCount() {
        return saveCount;
    }

    List<R> records() {
        return records;
    }

    @Override
    public List<R> load() {
        return records;
    }

    @Override
    public void save(List<R> changed) throws BackendException {
        if (!failure.isEmpty()) {
            throw new BackendException(failure);
        }
        saveCount++;
        records = List.copyOf(changed);
    }
}
