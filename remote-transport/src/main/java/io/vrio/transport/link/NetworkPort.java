// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

/**
 * The network interface and the own IPv4 address on it that an operator named, checked. Link state
 * and MTU are read anew at each call. Control path; any thread of the right network namespace.
 */
public final class NetworkPort implements AutoCloseable {
    private NetworkPort() {}

    /**
     * @throws LinkException with one line that says what to do: interface missing, down or not
     *     Ethernet, address not on it, privilege missing
     */
    public static NetworkPort open(String interfaceName, int address) {
        throw new UnsupportedOperationException();
    }

    public String name() {
        throw new UnsupportedOperationException();
    }

    /** The own IPv4 address. */
    public int address() {
        throw new UnsupportedOperationException();
    }

    /** The kernel's index of the interface. */
    public int index() {
        throw new UnsupportedOperationException();
    }

    public long hardwareAddress() {
        throw new UnsupportedOperationException();
    }

    /** The IP MTU now. */
    public int mtu() {
        throw new UnsupportedOperationException();
    }

    /** Whether the interface is up and has a carrier now. */
    public boolean isRunning() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
