// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.backends.block.BackendException;
import java.time.DateTimeException;

/** How the records of one kind of device are written. */
interface RecordFormat<R> {
    /** In the singular, as messages say it. */
    String kind();

    /** The name of the list in the file, and of the file before {@code .json}. */
    String listName();

    /**
     * @throws BackendException or
     * @throws DateTimeException when something is missing or not what it should be
     */
    R read(RecordFields fields) throws BackendException;

    void write(R record, ObjectNode target);
}
