// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A device in our metadata of a domain: it may be attached later, and it says what the device of a
 * socket is called.
 *
 * @param socket absolute; without one it is NAME.sock in the server's socket folder
 */
public record DescribedDevice(DeviceKind kind, String name, Optional<Path> socket) {}
