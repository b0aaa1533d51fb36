// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/** A link over sockets of the kernel at a {@link NetworkPort}. */
public interface SocketLink extends ScatterLink {
    /** What carries short frames now. */
    LinkKind kind();

    /** Sends and receives at the port's interface from now on: another one has its name. */
    void rebind();
}
