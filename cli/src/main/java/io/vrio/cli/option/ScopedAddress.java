// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.transport.wire.IpAddress;

/**
 * An address as the operator wrote it: {@code 10.0.0.1}, {@code fd00::1}, {@code fe80::1%eth0}.
 *
 * @param scope the interface of a link-local address, or empty: that of {@code --interface}
 */
public record ScopedAddress(IpAddress address, String scope) {
    /**
     * @throws IllegalArgumentException with one line, when it is no address
     */
    static ScopedAddress parse(String text) {
        int percent = text.indexOf('%');
        if (percent < 0) {
            return new ScopedAddress(IpAddress.parse(text), "");
        }
        IpAddress address = IpAddress.parse(text.substring(0, percent));
        if (!address.isLinkLocal() || percent == text.length() - 1) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a link-local address and its interface");
        }
        return new ScopedAddress(address, text.substring(percent + 1));
    }

    boolean isOn(String interfaceName) {
        return scope.isEmpty() || scope.equals(interfaceName);
    }

    @Override
    public String toString() {
        return scope.isEmpty() ? address.toString() : address + "%" + scope;
    }
}
