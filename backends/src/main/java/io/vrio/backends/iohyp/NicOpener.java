// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicContext;
import io.vrio.backends.net.NicSpec;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.backends.net.VirtualSwitches;

/** Makes a backend of its specification. A seam: tests offer NICs that fail when told to. */
@FunctionalInterface
interface NicOpener {
    NicBackend open(NicSpec spec, NicContext context) throws BackendException;

    /** Network interfaces of this machine, and ports of {@code switches}. */
    static NicOpener of(VirtualSwitches switches) {
        return (spec, context) ->
                spec instanceof SwitchSpec port
                        ? switches.open(port, context)
                        : NicBackend.open((InterfaceSpec) spec, context);
    }
}
