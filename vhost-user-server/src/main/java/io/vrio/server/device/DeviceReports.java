// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes on what a device has to tell: to its listener, while it has one, and to the log. */
public final class DeviceReports implements DeviceListener {
    /** Limit: log lines of one device about faulty queues; a hostile guest makes one per start. */
    private static final int FAULT_LINES_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(DeviceReports.class);

    private final String deviceName;
    private DeviceListener listener;
    private int faultLines;

    public DeviceReports(String deviceName) {
        this.deviceName = deviceName;
    }

    /** Null for none. */
    public void listen(DeviceListener newListener) {
        listener = newListener;
    }

    @Override
    public void onConfigChange() {
        if (listener != null) {
            listener.onConfigChange();
        }
    }

    @Override
    public void onQueueFault(int index, String reason) {
        if (faultLines < FAULT_LINES_MAX) {
            faultLines++;
            LOG.warn("device={} queue={} stopped reason={}", deviceName, index, reason);
        }
        if (listener != null) {
            listener.onQueueFault(index, reason);
        }
    }
}
