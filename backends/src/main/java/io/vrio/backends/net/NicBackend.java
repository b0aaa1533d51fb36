// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.Nic;
import java.util.Map;

/** A network card at the end of the way, with what its owner may ask of it. One worker. */
public interface NicBackend extends Nic {
    /**
     * Opens a NIC made of a network interface, on the thread of the worker that it belongs to.
     *
     * @throws BackendException with one line that says what is wrong; nothing is left behind
     */
    static NicBackend open(InterfaceSpec spec, NicContext context) throws BackendException {
        return InterfaceNic.open(spec, context);
    }

    /**
     * What the operator wants. While down, frames are dropped in both directions, and the guest is
     * told by the properties. Up at first.
     */
    void setLink(boolean isUp);

    /**
     * Why it will carry nothing until it is opened again, in one line, or null. The listener of the
     * properties hears of it.
     */
    default String failure() {
        return null;
    }

    /** Frames and bytes of both directions. */
    Counters<NicCounter> carried();

    /** The same by name, and each reason why some were dropped. */
    Map<String, Long> counters();
}
