// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import java.util.List;

/** The devices of an I/O host by name, of one kind; {@code S} tells of one. Worker's thread. */
public interface DeviceRegistry<S> {
    /** All by name. */
    List<S> list();

    S show(String name) throws BackendException;

    /** Opens a failed device again. A server that has it must attach anew. */
    S retry(String name) throws BackendException;

    /** Forgets a device that no server has. */
    void remove(String name) throws BackendException;
}
