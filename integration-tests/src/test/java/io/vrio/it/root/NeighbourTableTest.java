// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Asks a real kernel for the next hop. */
@Tag("root")
@ParameterizedClass
@EnumSource(IpVersion.class)
final class NeighbourTableTest {
    private static final IpAddress BEHIND_A_GATEWAY = IpAddress.parse("10.99.1.1");
    private static final IpAddress BEHIND_AN_IPV6_GATEWAY = IpAddress.parse("fd99::1");

    @Parameter private IpVersion version;
    private Namespaces namespaces;
    private NetworkPort left;
    private NetworkPort right;
    private NeighbourTable table;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        namespaces = new Namespaces(1500, version);
        left = port(namespaces.left(), namespaces.leftAddress());
        right = port(namespaces.right(), namespaces.rightAddress());
        table = namespaces.left().call(() -> new NeighbourTable(left));
    }

    private static NetworkPort port(Namespace namespace, IpAddress address) {
        return namespace.call(() -> NetworkPort.open(Namespaces.INTERFACE, address));
    }

    @AfterEach
    void close() {
        if (namespaces != null) {
            table.close();
            right.close();
            left.close();
            namespaces.close();
        }
    }

    private void start(IpAddress address) {
        namespaces
                .left()
                .call(
                        () -> {
                            table.start(address);
                            return null;
                        });
    }

    @Test
    void shouldFindAPeerOnTheLink() {
        assertEquals(0, table.resolve(namespaces.rightAddress()));
        start(namespaces.rightAddress());
        assertTrue(LinkEnd.await(() -> table.resolve(namespaces.rightAddress()) != 0));
        assertEquals(right.hardwareAddress(), table.resolve(namespaces.rightAddress()));
    }

    @Test
    void shouldFindTheGatewayToAPeerBehindIt() {
        String gateway = namespaces.rightAddress().toString();
        IpAddress peer = version == IpVersion.V4 ? BEHIND_A_GATEWAY : BEHIND_AN_IPV6_GATEWAY;
        namespaces.left().run("ip", "route", "add", peer.toString(), "via", gateway);
        start(peer);
        assertTrue(LinkEnd.await(() -> table.resolve(peer) != 0));
        assertEquals(right.hardwareAddress(), table.resolve(peer));
    }

    @Test
    void shouldNotKnowAPeerThatDoesNotExist() {
        start(namespaces.nobodysAddress());
        assertEquals(0, table.resolve(namespaces.nobodysAddress()));
    }

    @Test
    void shouldBelieveAFixedAddress() {
        table.put(namespaces.nobodysAddress(), 0x02_00_00_00_00_77L);
        assertEquals(0x02_00_00_00_00_77L, table.resolve(namespaces.nobodysAddress()));
    }

    @Test
    void shouldNoticeThatAPeerHasANewEthernetAddress() {
        start(namespaces.rightAddress());
        assertTrue(LinkEnd.await(() -> table.resolve(namespaces.rightAddress()) != 0));
        String own = namespaces.rightAddress().toString();
        namespaces
                .left()
                .run(
                        "ip",
                        "neighbour",
                        "replace",
                        own,
                        "lladdr",
                        "02:00:00:00:00:55",
                        "dev",
                        "wire0");
        assertEquals(0x02_00_00_00_00_55L, table.resolve(namespaces.rightAddress()));
    }
}
