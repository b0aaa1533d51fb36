// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import java.util.HashMap;
import java.util.Map;

/** The switches of an IOhyp by name: one is made for its first port, and ends with its last. */
public final class VirtualSwitches {
    private final Map<String, VirtualSwitch> switches = new HashMap<>();
    private final SwitchSeed seed;

    /**
     * @param secret random: guests must not know it, and no other IOhyp may have it
     */
    public VirtualSwitches(String secret) {
        seed = new SwitchSeed(secret);
    }

    /** Opens a port; all ports of a switch are of one worker. */
    public SwitchPort open(SwitchSpec spec, NicContext context) throws BackendException {
        VirtualSwitch present = switches.get(spec.name());
        VirtualSwitch owner =
                present == null
                        ? new VirtualSwitch(spec.name(), seed, context.worker().clock())
                        : present;
        SwitchPort port = new SwitchPort(owner, spec, context.name(), this::onPortClosed);
        owner.add(port);
        switches.put(spec.name(), owner);
        return port;
    }

    private void onPortClosed(VirtualSwitch owner) {
        if (owner.isUnused()) {
            switches.remove(owner.name());
            owner.close();
        }
    }
}
