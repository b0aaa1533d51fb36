// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendSpec;
import io.vrio.cli.option.ProcessOptions;
import java.nio.file.Path;

/**
 * What an operator chose for a local disk, checked.
 *
 * @param socket where to listen, null to use {@code descriptor}
 */
record LocalSettings(
        BackendSpec backend,
        Path socket,
        Integer descriptor,
        ProcessOptions process,
        SocketGroup group) {}
