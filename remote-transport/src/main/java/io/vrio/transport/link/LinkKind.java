// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import java.util.Locale;

/** By what a host sends and receives frames. */
public enum LinkKind {
    /** An AF_PACKET socket. */
    PACKET,
    /** AF_XDP sockets for short frames, beside it. */
    XDP;

    /** As operators write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
