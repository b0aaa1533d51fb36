// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.common.clock.ManualClock;
import java.util.ArrayList;
import java.util.List;

/** Switches under a manual clock, and their guests. */
final class SwitchFixture implements AutoCloseable {
    static final long A = 0x5254_0000_000AL;
    static final long B = 0x5254_0000_000BL;
    static final long C = 0x5254_0000_000CL;
    static final long D = 0x5254_0000_000DL;

    private final ManualClock clock = new ManualClock(0);
    private final VirtualSwitches switches = new VirtualSwitches("a secret");
    private final List<SwitchGuest> guests = new ArrayList<>();
    private final NicWorker worker = new ClockWorker(clock);

    ManualClock clock() {
        return clock;
    }

    SwitchPort open(String name, String spec) throws BackendException {
        return switches.open((SwitchSpec) NicSpec.parse(spec), new NicContext(name, worker));
    }

    /** A guest at a new port. */
    SwitchGuest guest(String name, String spec) throws BackendException {
        SwitchGuest guest = new SwitchGuest(open(name, spec));
        guests.add(guest);
        return guest;
    }

    @Override
    public void close() {
        guests.forEach(SwitchGuest::close);
    }
}
