// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;

/**
 * What an operator chose for a local device, checked.
 *
 * @param socket where to listen, null to use {@code descriptor}
 */
record LocalSettings(
        LocalDevice device,
        Path socket,
        Integer descriptor,
        WorkerSettings workers,
        SocketGroup group) {}
