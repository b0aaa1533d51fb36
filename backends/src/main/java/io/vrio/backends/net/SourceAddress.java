// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.io.MacAddress;
import java.util.function.LongPredicate;

/**
 * The Ethernet address that a guest may send from: the operator's choice, or the first one that it
 * uses after it was attached. One worker.
 */
final class SourceAddress {
    private final NicOptions options;
    private final LongPredicate mayTake;
    private long mac;

    /**
     * @param mayTake whether the guest may have an address that the operator has not chosen
     */
    SourceAddress(NicOptions options, LongPredicate mayTake) {
        this.options = options;
        this.mayTake = mayTake;
        mac = options.mac();
    }

    /** The guest's address; 0 while it is not known. */
    long mac() {
        return mac;
    }

    /**
     * Whether the guest may send a frame with this source address. The first one decides on the
     * address, where the operator has not.
     */
    boolean admits(long source) {
        if (mac == 0 && MacAddress.isStation(source) && mayTake.test(source)) {
            mac = source;
        }
        // While none is known, 0 stands for that: it is nobody's address.
        return source == mac && mac != 0 || options.maySpoof();
    }

    /** Another guest may come: forgets what the last one has shown. */
    void forget() {
        mac = options.mac();
    }
}
