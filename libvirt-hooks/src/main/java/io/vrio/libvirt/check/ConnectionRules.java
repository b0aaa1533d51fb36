// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceDetails;
import io.vrio.libvirt.domain.Reconnect;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Who connects to whom, when, and how often. */
final class ConnectionRules {
    static final List<Rule> ALL =
            List.of(
                    Rule.eachDevice(ConnectionRules::serverMode),
                    Rule.eachDevice(ConnectionRules::reconnect),
                    ConnectionRules::sharedSocket,
                    Rule.eachDevice(ConnectionRules::otherGuest));

    /** A guest's I/O stands still for so long after a restart of the server. */
    private static final int RECONNECT_SECONDS_GOOD = 5;

    private static final String RECONNECT = "<reconnect enabled='yes' timeout='1'/>";

    private ConnectionRules() {}

    static Stream<Finding> serverMode(Subject subject, DeviceDetails device) {
        return device.device().isServerMode()
                ? Stream.of(
                        Finding.error(
                                Subject.where(device.device()),
                                "mode='server': QEMU waits for somebody to connect, for ever; the"
                                        + " start hangs, and vRIO never connects",
                                "write mode='client' and " + RECONNECT + " in its <source>"))
                : Stream.empty();
    }

    static Stream<Finding> reconnect(Subject subject, DeviceDetails device) {
        if (device.device().isServerMode()) {
            return Stream.empty();
        }
        Reconnect reconnect = device.device().reconnect();
        if (!isReconnecting(device.device())) {
            return Stream.of(
                    Finding.warning(
                            Subject.where(device.device()),
                            "no <reconnect>: after a restart of the server it never comes back,"
                                    + " and a start while the server is away fails at once",
                            "write " + RECONNECT + " into its <source>"));
        }
        return reconnect.timeoutSeconds() <= RECONNECT_SECONDS_GOOD
                ? Stream.empty()
                : Stream.of(
                        Finding.warning(
                                Subject.where(device.device()),
                                "its I/O stands still for up to %d s after a restart of the server"
                                        .formatted(reconnect.timeoutSeconds()),
                                "write " + RECONNECT));
    }

    /** A time of 0 is how QEMU spells never. */
    static boolean isReconnecting(VhostUserDevice device) {
        return device.reconnect().isEnabled() && device.reconnect().timeoutSeconds() > 0;
    }

    static Stream<Finding> sharedSocket(Subject subject) {
        Map<Path, VhostUserDevice> owners = new HashMap<>();
        Stream.Builder<Finding> findings = Stream.builder();
        for (VhostUserDevice device : subject.domain().devices()) {
            VhostUserDevice first = owners.putIfAbsent(Subject.path(device.socket()), device);
            if (first != null) {
                findings.add(
                        Finding.error(
                                Subject.where(device),
                                "it has the socket of %s, %s: the start fails, or hangs"
                                        .formatted(Subject.where(first), device.socket()),
                                "give each device a socket of its own"));
            }
        }
        return findings.build();
    }

    static Stream<Finding> otherGuest(Subject subject, DeviceDetails device) {
        VhostUserDevice element = device.device();
        String advice = "stop that guest, or detach the device from it, first";
        var served = subject.served(element);
        if (served.isPresent()) {
            if (served.get().frontend().isEmpty()) {
                return Stream.empty();
            }
            long process = served.get().frontend().getAsLong();
            String guest = subject.host().guest(process).orElse("");
            return guest.equals(subject.domain().name())
                    ? Stream.empty()
                    : Stream.of(
                            Finding.error(
                                    Subject.where(element),
                                    "socket %s is in use by process %d%s: the server hangs up on a"
                                                    .formatted(
                                                            element.socket(),
                                                            process,
                                                            guest.isEmpty()
                                                                    ? ""
                                                                    : ", guest " + guest)
                                            + " second one, whose start fails, or hangs",
                                    advice));
        }
        return subject.host().isConnected(Subject.path(element.socket()))
                ? Stream.of(
                        Finding.warning(
                                Subject.where(element),
                                "somebody is connected to socket %s; unless it is this guest, the"
                                                .formatted(element.socket())
                                        + " start may hang",
                                advice))
                : Stream.empty();
    }
}
