// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;

/**
 * What every kind of NIC lets the operator choose.
 *
 * @param mac the guest's address; 0 for the first one that it uses once it is attached
 * @param mtu bytes behind the Ethernet header; 0 lets the backend choose
 * @param maySpoof whether the guest may send from other addresses as well
 */
public record NicOptions(long mac, int mtu, boolean maySpoof) {
    public static final NicOptions NONE = new NicOptions(0, 0, false);

    /** As part of a specification, each option with its comma before it. */
    String text() {
        return (mac == 0 ? "" : ",mac=" + MacAddress.format(mac))
                + (mtu == 0 ? "" : ",mtu=" + mtu)
                + (maySpoof ? ",spoof" : "");
    }
}
