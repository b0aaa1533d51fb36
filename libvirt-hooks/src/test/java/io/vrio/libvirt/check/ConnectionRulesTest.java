// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionRulesTest {
    private static final String RECONNECT = "<reconnect enabled='yes' timeout='1'/>";
    private static final String DISK_SOURCE = "path='/run/vrio/vm1.sock'>\n        " + RECONNECT;

    private final FakeHost host = new FakeHost();

    @Test
    void shouldRefuseThatQemuListens() {
        assertEquals(
                List.of(
                        Finding.error(
                                "interface 52:54:00:00:00:01",
                                "mode='server': QEMU waits for somebody to connect, for ever; the"
                                        + " start hangs, and vRIO never connects",
                                "write mode='client' and " + RECONNECT + " in its <source>")),
                host.findings("mode='client'", "mode='server'"));
    }

    /** libvirt takes a time of 0, and QEMU takes it for never. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<reconnect enabled='no'/>",
                "<reconnect enabled='yes' timeout='0'/>",
            })
    void shouldWarnOfADeviceThatNeverComesBack(String reconnect) {
        assertEquals(
                List.of(
                        Finding.warning(
                                "disk vda",
                                "no <reconnect>: after a restart of the server it never comes back,"
                                        + " and a start while the server is away fails at once",
                                "write " + RECONNECT + " into its <source>")),
                host.findings(DISK_SOURCE, DISK_SOURCE.replace(RECONNECT, reconnect)));
    }

    @Test
    void shouldWarnOfALongStall() {
        assertEquals(
                List.of(
                        Finding.warning(
                                "disk vda",
                                "its I/O stands still for up to 30 s after a restart of the server",
                                "write " + RECONNECT)),
                host.findings(DISK_SOURCE, DISK_SOURCE.replace("'1'", "'30'")));
    }

    @Test
    void shouldRefuseTwoDevicesOnOneSocket() {
        host.withoutServer();

        assertEquals(
                List.of(
                        Finding.error(
                                "interface 52:54:00:00:00:01",
                                "it has the socket of disk vda, /run/vrio/../vrio/vm1.sock: the"
                                        + " start fails, or hangs",
                                "give each device a socket of its own")),
                host.findings(FakeHost.NIC, "/run/vrio/../vrio/vm1.sock"));
    }

    @Test
    void shouldRefuseASocketThatAnotherGuestUses() {
        host.guests.put(7L, "vm2");
        host.served.set(0, used(7));

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "socket /run/vrio/vm1.sock is in use by process 7, guest vm2: the"
                                        + " server hangs up on a second one, whose start fails, or hangs",
                                "stop that guest, or detach the device from it, first")),
                host.findings("", ""));
    }

    @Test
    void shouldTakeTheSocketThatThisGuestUses() {
        host.guests.put(7L, "vm1");
        host.served.set(0, used(7));

        assertEquals(List.of(), host.findings("", ""));
    }

    @Test
    void shouldWarnOfASocketThatSomebodyUsesWhenTheServerDoesNotAnswer() {
        host.withoutServer().connected.add(Path.of(FakeHost.DISK));

        assertEquals(
                List.of(
                        Finding.warning(
                                "disk vda",
                                "somebody is connected to socket /run/vrio/vm1.sock; unless it is"
                                        + " this guest, the start may hang",
                                "stop that guest, or detach the device from it, first")),
                host.findings("", ""));
    }

    private static ServedDevice used(long process) {
        ServedDevice disk = FakeHost.disk();
        return new ServedDevice(
                disk.kind(),
                disk.name(),
                disk.socket(),
                disk.state(),
                "",
                "",
                disk.queuesMax(),
                OptionalLong.of(process));
    }
}
