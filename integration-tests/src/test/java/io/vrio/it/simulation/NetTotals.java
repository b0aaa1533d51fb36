// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;

/**
 * What the NICs of one process have counted together: what has come in has gone out, or was dropped
 * for one reason.
 */
final class NetTotals {
    private long taken;
    private long given;
    private long sent;
    private long received;
    private long dropped;
    private long cameLate;

    /** A NIC of a server that is closed. */
    void add(TracedNic nic, long framesSent, long framesReceived, Counters<NetDrop> drops) {
        taken += nic.taken();
        given += nic.given();
        sent += framesSent;
        received += framesReceived;
        dropped += FrameLedger.sum(drops);
        cameLate += late(drops);
    }

    /** Dropped before they count as received. */
    static long late(Counters<NetDrop> drops) {
        return drops.value(NetDrop.LATE) + drops.value(NetDrop.INCOMPLETE);
    }

    /** Frames that were handed to the wire. */
    long sent() {
        return sent;
    }

    /** Frames that came from the wire, late ones included. */
    long came() {
        return received + cameLate;
    }

    /** The server's process has ended. */
    void check() {
        Leaks.check("frames of guests and of the wire", taken + came(), given + sent + dropped);
    }
}
