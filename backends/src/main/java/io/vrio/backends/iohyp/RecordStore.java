// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import java.util.List;

/** Where the records of created devices of one kind are kept. */
interface RecordStore<R> {
    /**
     * @throws BackendException when what is there cannot be trusted; it is left as it is
     */
    List<R> load() throws BackendException;

    /**
     * Replaces all records, durably or not at all.
     *
     * @throws BackendException when the old ones are still in force
     */
    void save(List<R> records) throws BackendException;
}
