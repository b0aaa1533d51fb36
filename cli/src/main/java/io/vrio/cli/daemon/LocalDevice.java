// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.common.agent.Worker;
import io.vrio.server.device.VirtioDevice;

/** What vrio local serves. */
interface LocalDevice {
    String NAME = "local";

    /** Opens the backend, which the worker closes at its end, and the device. On the worker. */
    VirtioDevice open(Worker worker) throws BackendException;
}
