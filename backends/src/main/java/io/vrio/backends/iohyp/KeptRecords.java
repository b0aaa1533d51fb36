// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFile;
import java.util.List;

/** The records of one kind of device in a file of the state directory. */
record KeptRecords<R>(StateFile<R> file) implements RecordStore<R> {
    @Override
    public List<R> load() throws BackendException {
        try {
            return file.load();
        } catch (StateException e) {
            throw new BackendException(e.getMessage(), e);
        }
    }

    @Override
    public void save(List<R> records) throws BackendException {
        try {
            file.save(records);
        } catch (StateException e) {
            throw new BackendException(e.getMessage(), e);
        }
    }
}
