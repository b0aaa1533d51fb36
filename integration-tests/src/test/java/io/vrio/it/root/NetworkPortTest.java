// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Programs;
import io.vrio.it.Requires;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.PacketLink;
import io.vrio.transport.wire.IpAddress;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an operator reads who names the wrong interface or address. */
@Tag("root")
final class NetworkPortTest {
    private static final IpAddress ADDRESS = IpAddress.parse("10.78.0.1");

    private Namespace namespace;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        namespace = new Namespace("port");
        namespace.run("ip", "link", "add", "eth9", "type", "veth", "peer", "name", "other9");
        namespace.run("ip", "link", "set", "eth9", "address", "02:00:00:00:00:09");
        namespace.run("ip", "link", "set", "other9", "up");
    }

    @AfterEach
    void close() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private String refusal(String interfaceName) {
        return assertThrows(
                        LinkException.class,
                        () ->
                                namespace
                                        .call(() -> NetworkPort.open(interfaceName, ADDRESS))
                                        .close())
                .getMessage();
    }

    @Test
    void shouldOpenWhatIsRight() {
        namespace.run("ip", "link", "set", "eth9", "mtu", "9000", "up");
        namespace.run("ip", "address", "add", "10.78.0.9/24", "dev", "eth9");
        namespace.run("ip", "address", "add", "10.78.0.1/24", "dev", "eth9", "label", "eth9:1");
        NetworkPort port = namespace.call(() -> NetworkPort.open("eth9", ADDRESS));
        assertEquals(ADDRESS, port.address());
        assertEquals(0x02_00_00_00_00_09L, port.hardwareAddress());
        assertEquals(9000, port.mtu());
        assertTrue(LinkEnd.await(port::isRunning));
        port.close();
    }

    @Test
    void shouldTellThatThereIsNoSuchInterface() {
        assertEquals(
                "there is no network interface 'eth8': `ip link` lists those there are",
                refusal("eth8"));
        assertEquals(
                "'a-name-that-is-too-long' is not the name of an interface: `ip link` lists them",
                refusal("a-name-that-is-too-long"));
    }

    @Test
    void shouldTellThatItIsDown() {
        assertEquals("interface eth9 is down: run `ip link set eth9 up`", refusal("eth9"));
    }

    @Test
    void shouldTellThatItIsNotEthernet() {
        assertEquals(
                "interface lo is the loopback: name an Ethernet interface (a NIC, bond, VLAN,"
                        + " bridge or veth)",
                refusal("lo"));
        namespace.run("ip", "tuntap", "add", "tun9", "mode", "tun");
        assertEquals(
                "interface tun9 is not Ethernet: name an Ethernet interface (a NIC, bond, VLAN,"
                        + " bridge or veth)",
                refusal("tun9"));
    }

    @Test
    void shouldTellThatTheAddressIsMissing() {
        namespace.run("ip", "link", "set", "eth9", "up");
        assertEquals(
                "interface eth9 has no IPv4 address: run `ip address add 10.78.0.1/24 dev eth9`"
                        + " with the right prefix length",
                refusal("eth9"));
    }

    @Test
    void shouldTellWhichAddressesThereAre() {
        namespace.run("ip", "link", "set", "eth9", "up");
        namespace.run("ip", "address", "add", "10.78.0.8/24", "dev", "eth9");
        namespace.run("ip", "address", "add", "10.79.0.9/24", "dev", "eth9");
        assertEquals(
                "address 10.78.0.1 is not on interface eth9, which has 10.78.0.8 10.79.0.9",
                refusal("eth9"));
    }

    @Test
    void shouldTellThatPacketSocketsAreNotPermitted() {
        Requires.program("setpriv");
        namespace.run("ip", "link", "set", "eth9", "up");
        namespace.run("ip", "address", "add", "10.78.0.1/24", "dev", "eth9");
        List<String> command =
                new ArrayList<>(List.of("ip", "netns", "exec", namespace.name(), "setpriv"));
        command.addAll(List.of("--bounding-set=-net_raw", "--inh-caps=-net_raw"));
        command.add(System.getProperty("java.home") + File.separator + "bin/java");
        command.add("-Djnr.ffi.x86asm.enabled=false");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(OpenLink.class.getName());
        String output = Programs.run(command);
        assertTrue(
                output.contains(
                        "packet sockets are not permitted: run as root, or grant CAP_NET_RAW"),
                output);
    }

    /** A program without the capability for packet sockets. */
    static final class OpenLink {
        private OpenLink() {}

        public static void main(String[] arguments) {
            try (NetworkPort port = NetworkPort.open("eth9", ADDRESS)) {
                PacketLink.open(port, 7000).close();
            } catch (LinkException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
