// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.option.NamedBackend;
import io.vrio.cli.option.NamedNic;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.cli.option.WorkerSettings;
import java.nio.file.Path;
import java.util.List;

/** What an operator chose for an IOhyp, checked. */
record IohypSettings(
        NetworkOptions network,
        int port,
        List<NamedBackend> disks,
        List<NamedNic> nics,
        Path stateFolder,
        Path control,
        WorkerSettings workers,
        SocketGroup group) {}
