// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.cli.CommandFailedException;
import io.vrio.common.agent.Worker;
import io.vrio.common.sys.ErrnoException;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.SocketOptions;

/** A running local device: a backend under a device, on one worker. */
final class LocalDaemon implements AutoCloseable {
    private final CloseStack opened = new CloseStack();
    private final LocalSettings settings;

    private LocalDaemon(LocalSettings settings) {
        this.settings = settings;
    }

    /** Everything is open when it returns; nothing is when it throws. */
    static LocalDaemon start(LocalSettings settings)
            throws CommandFailedException, BackendException {
        LocalDaemon daemon = new LocalDaemon(settings);
        try {
            daemon.open();
            return daemon;
        } catch (Exception e) {
            daemon.close();
            throw e;
        }
    }

    private void open() throws CommandFailedException, BackendException {
        Worker worker = DaemonWorkers.start(opened, settings.workers()).first();
        VirtioDevice device = OnWorker.call(worker, () -> settings.device().open(worker));
        opened.add(openSocket(worker, device));
    }

    private DeviceSocket openSocket(Worker worker, VirtioDevice device)
            throws CommandFailedException {
        SocketOptions options =
                new SocketOptions(settings.group().name(), SocketOptions.DEFAULT.drainNs(), false);
        try {
            return settings.socket() == null
                    ? DeviceSocket.inherit(
                            worker, LocalDevice.NAME, device, settings.descriptor(), options)
                    : DeviceSocket.open(
                            worker, LocalDevice.NAME, device, settings.socket(), options);
        } catch (ErrnoException e) {
            worker.execute(device::close);
            throw new CommandFailedException(
                    "--fd %d is not a socket that was handed to this process: %s"
                            .formatted(settings.descriptor(), e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            worker.execute(device::close);
            throw e;
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
