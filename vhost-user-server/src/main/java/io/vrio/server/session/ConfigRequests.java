// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.server.device.VirtioDevice;
import io.vrio.server.protocol.VhostUserMessage;

/** The requests that read and write the configuration space of a session's device. */
final class ConfigRequests {
    private final VirtioDevice device;
    private final DeviceLog log;

    ConfigRequests(VirtioDevice device, DeviceLog log) {
        this.device = device;
        this.log = log;
    }

    /** Makes {@code reply} the answer. */
    void get(VhostUserMessage message, VhostUserMessage reply) {
        String reason = message.invalidConfigReason(false);
        reply.beginReply(message.code());
        if (reason == null) {
            reply.putConfig(message.configOffset(), message.configLength());
            device.readConfig(message.configOffset(), reply.configData());
        } else {
            // An answer without payload is how the protocol says no here.
            log.warn("request=GET_CONFIG refused=\"" + reason + '"');
        }
    }

    void set(VhostUserMessage message) throws RequestRefusedException {
        String reason = message.invalidConfigReason(true);
        if (reason != null) {
            throw new RequestRefusedException(reason);
        }
        boolean isDriver = message.configFlags() == 0;
        if (!isDriver || !device.writeConfig(message.configOffset(), message.configData())) {
            throw new RequestRefusedException(
                    "configuration offset "
                            + message.configOffset()
                            + " length "
                            + message.configLength()
                            + " cannot be written");
        }
    }
}
