// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.Nic;

/** A network card claimed by one server, until closed or revoked. Used by one worker. */
public interface NicClaim extends AutoCloseable {
    /** Closed with the claim, by {@link #close}. */
    Nic nic();

    /** Sets who hears that the claim was revoked: nothing is carried for it any more. */
    void onRevoke(Runnable listener);

    /** Gives the card back. */
    @Override
    void close();
}
