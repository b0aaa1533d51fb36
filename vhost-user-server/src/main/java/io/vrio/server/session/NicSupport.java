// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.server.device.NicRequests;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.protocol.VhostUserMessage;

/** The part of a session's protocol that is for NICs alone; other devices refuse it. */
final class NicSupport {
    private final NicRequests nic;

    NicSupport(VirtioDevice device) {
        nic = device.nicRequests();
    }

    /** What is offered to a frontend, for this kind of device. */
    long protocolFeatures() {
        return nic == null ? ProtocolFeatures.OFFERED_DISK : ProtocolFeatures.OFFERED_NIC;
    }

    void sendRarp(VhostUserMessage message) throws RequestRefusedException {
        checkNic();
        nic.announce(message.macAddress());
    }

    void setMtu(VhostUserMessage message) throws RequestRefusedException {
        checkNic();
        if (!nic.setMtu(message.number())) {
            throw new RequestRefusedException("MTU " + Long.toUnsignedString(message.number()));
        }
    }

    private void checkNic() throws RequestRefusedException {
        if (nic == null) {
            throw new RequestRefusedException("the device is no NIC");
        }
    }
}
