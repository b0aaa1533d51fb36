// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.nio.file.Path;
import java.util.List;

/**
 * The server of this machine, as it answered.
 *
 * @param socketFolder where sockets are that have no path of their own
 */
public record RunningServer(Path socketFolder, List<ServedDevice> devices) {}
