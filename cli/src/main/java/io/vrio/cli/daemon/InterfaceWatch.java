// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.common.agent.Worker;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.LinkEvents;
import io.vrio.transport.link.NetworkPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a daemon's interface by its name when it is taken away and another one comes, as drivers
 * and containers do. Made and used on the worker, which closes it.
 */
final class InterfaceWatch {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceWatch.class);

    private final NetworkPort port;
    private final boolean isLogging;
    private final Runnable onReplaced;
    private final LinkEvents events = new LinkEvents();

    private InterfaceWatch(NetworkPort port, boolean isLogging, Runnable onReplaced) {
        this.port = port;
        this.isLogging = isLogging;
        this.onReplaced = onReplaced;
    }

    /**
     * @param onReplaced binds what was bound to the former interface
     */
    static InterfaceWatch start(Worker worker, NetworkPort port, Runnable onReplaced) {
        return start(worker, port, true, onReplaced);
    }

    /**
     * @param port of this worker alone
     * @param isLogging whether the operator hears of it: one worker of a daemon tells
     * @param onReplaced binds what was bound to the former interface
     */
    static InterfaceWatch start(
            Worker worker, NetworkPort port, boolean isLogging, Runnable onReplaced) {
        InterfaceWatch watch = new InterfaceWatch(port, isLogging, onReplaced);
        int key = worker.register(watch.events.descriptor(), watch::onEvents);
        worker.add(new WorkerOwned("interface", () -> watch.close(worker, key)));
        return watch;
    }

    private void onEvents() {
        // Whichever it concerns: a new interface has an index that nobody knows yet.
        events.take(port.index());
        switch (port.follow()) {
            case NONE -> {}
            case GONE -> onGone();
            case REPLACED -> onReplaced();
        }
    }

    private void onGone() {
        if (isLogging) {
            LOG.error(
                    "interface={} is gone: requests wait until there is one of this name;"
                            + " if its name has changed, start anew with --interface",
                    port.name());
        }
    }

    private void onReplaced() {
        try {
            onReplaced.run();
            if (isLogging) {
                LOG.info(
                        "interface={} index={} is another one now, or has another address",
                        port.name(),
                        port.index());
            }
        } catch (ErrnoException e) {
            // Gone again: there are events of that as well.
            LOG.warn("interface={} is not usable yet: {}", port.name(), e.getMessage());
        }
    }

    private void close(Worker worker, int key) {
        worker.unregister(events.descriptor(), key);
        events.close();
    }
}
