// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;

/** How the records of one kind are written. */
public interface RecordFormat<R> {
    /** In the singular, as messages say it. */
    String kind();

    /** The name of the list in the file, and of the file before {@code .json}. */
    String listName();

    /** Whether it can be the name of one. */
    boolean isName(String name);

    /**
     * @throws StateException or
     * @throws DateTimeException when something is missing or not what it should be
     */
    R read(RecordFields fields) throws StateException;

    void write(R record, ObjectNode target);
}
