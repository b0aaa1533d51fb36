// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

/** What a queue wants to be woken for when its worker blocks. */
public enum KickWish {
    /** Nothing the guest can do. */
    NONE,
    /** The next chain. */
    NEXT_CHAIN,
    /** One more chain than those that wait already, which are too few. */
    MORE_CHAINS
}
