// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.net.NicBackend;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.remote.NicClaim;

/**
 * A NIC as one server uses it. After the claim has ended nothing is carried for it any more.
 * Worker's thread.
 */
final class ClaimedNic implements NicClaim, Nic, NetPort {
    private final OfferedNic offered;
    private final NicBackend backend;
    private final ClaimHolder holder;
    private final ClaimListeners listeners = new ClaimListeners();
    private boolean isEnded;

    ClaimedNic(OfferedNic offered, ClaimHolder holder) {
        this.offered = offered;
        this.holder = holder;
        backend = offered.backend();
    }

    ClaimHolder holder() {
        return holder;
    }

    @Override
    public Nic nic() {
        return this;
    }

    @Override
    public NicProperties properties() {
        return isEnded ? backend.properties().withLink(false) : backend.properties();
    }

    @Override
    public NetPort port() {
        return this;
    }

    @Override
    public void connect(NetPort guest) {
        if (!isEnded) {
            backend.connect(guest);
        }
    }

    @Override
    public void onRevoke(Runnable listener) {
        listeners.onRevoke(listener);
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        listeners.onPropertiesChange(listener);
    }

    void tellPropertiesChange() {
        listeners.tellPropertiesChange();
    }

    @Override
    public boolean offer(NetFrame frame) {
        if (isEnded) {
            offered.counters().increment(NicClaimCounter.REFUSED);
            return true;
        }
        return backend.port().offer(frame);
    }

    @Override
    public Counters<NetDrop> drops() {
        return backend.drops();
    }

    /** Takes the NIC away: nothing is carried for this claim any more. */
    void revoke() {
        if (!isEnded) {
            end();
            listeners.tellRevoke();
        }
    }

    @Override
    public void close() {
        if (!isEnded) {
            end();
        }
    }

    private void end() {
        isEnded = true;
        offered.onClaimEnd(this);
        // The next guest's address is its own choice, and nothing is meant for the last one.
        backend.connect(null);
    }
}
