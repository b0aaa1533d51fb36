// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.CommandRun;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.control.ControlServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** vrio disk xml and vrio nic xml, against a control socket that answers as a server does. */
class XmlVerbTest {
    @TempDir private Path folder;
    private Path control;
    private ControlServer daemon;
    private String kind = "server";
    private final Map<String, Object> disk = new LinkedHashMap<>();
    private final Map<String, Object> nic = new LinkedHashMap<>();

    @BeforeEach
    void start() throws ControlException {
        control = folder.resolve("c");
        disk.putAll(Map.of("name", "vm1", "socket", "/run/vrio/vm1.sock", "queuesMax", 64));
        nic.putAll(Map.of("name", "net", "socket", "/run/vrio/net.sock", "queuesMax", 16));
        nic.putAll(Map.of("mac", "52:54:00:00:00:01", "mtu", 1500));
        ControlServer.Options options = new ControlServer.Options(control, Optional.empty());
        daemon =
                ControlServer.open(
                        options,
                        Map.of(
                                "status",
                                arguments -> Map.of("daemon", kind, "protocol", 1),
                                "disk show",
                                arguments -> found(disk, arguments),
                                "nic show",
                                arguments -> found(nic, arguments)));
        daemon.start();
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private static Object found(Map<String, Object> device, ControlArguments arguments)
            throws ControlException {
        String name = arguments.onlyText("name");
        if (!device.get("name").equals(name)) {
            throw new ControlException("this server does not serve a device " + name);
        }
        return device;
    }

    private CommandRun run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", control.toString()));
        return CommandRun.of(all.toArray(String[]::new));
    }

    @Test
    void shouldPrintTheElementOfADisk() {
        assertEquals(
                new CommandRun(
                        0,
                        List.of(
                                "<disk type='vhostuser' device='disk'>",
                                "  <driver name='qemu' type='raw' queues='4'/>",
                                "  <source type='unix' path='/run/vrio/vm1.sock'>",
                                "    <reconnect enabled='yes' timeout='1'/>",
                                "  </source>",
                                "  <target dev='vdc' bus='virtio'/>",
                                "</disk>"),
                        List.of()),
                run("disk", "xml", "vm1", "--target", "vdc", "--queues", "4"));
    }

    @Test
    void shouldPrintTheElementOfANicWithItsMac() {
        assertEquals(
                new CommandRun(
                        0,
                        List.of(
                                "<interface type='vhostuser'>",
                                "  <mac address='52:54:00:00:00:01'/>",
                                "  <source type='unix' path='/run/vrio/net.sock' mode='client'>",
                                "    <reconnect enabled='yes' timeout='1'/>",
                                "  </source>",
                                "  <model type='virtio'/>",
                                "</interface>"),
                        List.of()),
                run("nic", "xml", "net"));
    }

    @Test
    void shouldTakeAnotherMacWhereTheNicHasNone() {
        nic.put("mac", "");

        assertTrue(
                run("nic", "xml", "net", "--mac", "52:54:00:AB:00:02")
                        .out()
                        .contains("  <mac address='52:54:00:ab:00:02'/>"));
    }

    @Test
    void shouldRefuseAMacThatTheIohypWouldNotHear() {
        assertEquals(
                "vrio nic xml: NIC net has MAC 52:54:00:00:00:01 at the IOhyp, which hears no guest"
                        + " with 52:54:00:00:00:02: leave out --mac, or give the NIC this MAC on"
                        + " the I/O host",
                run("nic", "xml", "net", "--mac", "52:54:00:00:00:02").onlyError(1));
    }

    @Test
    void shouldRefuseMoreQueuesThanTheServerHas() {
        assertEquals(
                "vrio nic xml: net has 16 pairs of queues, not 17: QEMU would refuse to start with"
                        + " more",
                run("nic", "xml", "net", "--queues", "17").onlyError(1));
    }

    @Test
    void shouldSayThatTheServerDoesNotServeIt() {
        assertEquals(
                "vrio disk xml: this server does not serve a device vm2",
                run("disk", "xml", "vm2").onlyError(1));
    }

    @Test
    void shouldSendTheOperatorOfAnIohypToTheVmHost() {
        kind = "iohyp";

        assertEquals(
                "vrio disk xml: at "
                        + control
                        + " is an IOhyp, and guests' sockets are at a server: run this on the VM"
                        + " host",
                run("disk", "xml", "vm1").onlyError(1));
    }

    @Test
    void shouldWarnOfADiskThatTheIohypRefuses() {
        disk.put("state", "refused");
        disk.put("reason", "there is no disk vm1");

        CommandRun run = run("disk", "xml", "vm1");

        assertEquals(0, run.status());
        assertEquals(
                List.of("vrio disk xml: the IOhyp refuses disk vm1: there is no disk vm1"),
                run.err());
    }

    @Test
    void shouldSayThatASocketCannotBeWritten() {
        disk.put("socket", "/run/\u0001");

        assertEquals(
                "vrio disk xml: the socket of disk vm1: no XML can hold the character U+0001; serve"
                        + " it at another path",
                run("disk", "xml", "vm1").onlyError(1));
    }

    @Test
    void shouldNameWhatIsLegal() {
        assertEquals(
                "vrio disk xml: Invalid value for option '--target': 'sda' is not the target of a"
                        + " virtio disk (legal: vda-vdzzz)",
                run("disk", "xml", "vm1", "--target", "sda").onlyError(2));
    }

    @Test
    void shouldRefuseTheMacOfAGroup() {
        assertEquals(
                "vrio nic xml: Invalid value for option '--mac': '01:00:5e:00:00:01' is not the MAC"
                        + " of a NIC (legal: AA:BB:CC:DD:EE:FF, six bytes in hexadecimal, of no"
                        + " group)",
                run("nic", "xml", "net", "--mac", "01:00:5e:00:00:01").onlyError(2));
    }

    @Test
    void shouldRefuseNoQueuesAtAll() {
        assertEquals(
                "vrio disk xml: Invalid value for option '--queues': '0' is not a number of queues"
                        + " (legal: 1-256)",
                run("disk", "xml", "vm1", "--queues", "0").onlyError(2));
    }
}
