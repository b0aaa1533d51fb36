// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/** The keys of all servers that an IOhyp lets in. Asked on the worker's thread. */
@FunctionalInterface
public interface KeyRing {
    /**
     * The key of a server, or null when it has none and must not be let in.
     *
     * @param serverName as a stranger says it: anything of 1 to 64 visible ASCII characters
     */
    PresharedKey find(String serverName);
}
