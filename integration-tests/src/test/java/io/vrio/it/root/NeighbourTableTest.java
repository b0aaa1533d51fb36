// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.transport.link.NeighbourTable;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.wire.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Asks a real kernel for the next hop. */
@Tag("root")
final class NeighbourTableTest {
    private static final IpAddress BEHIND_A_GATEWAY = IpAddress.parse("10.99.1.1");
    private static final IpAddress NOBODY = IpAddress.parse("10.77.0.77");

    private Namespaces namespaces;
    private NetworkPort left;
    private NetworkPort right;
    private NeighbourTable table;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        namespaces = new Namespaces(1500);
        left = port(namespaces.left(), Namespaces.LEFT_ADDRESS);
        right = port(namespaces.right(), Namespaces.RIGHT_ADDRESS);
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
        assertEquals(0, table.resolve(Namespaces.RIGHT_ADDRESS));
        start(Namespaces.RIGHT_ADDRESS);
        assertTrue(LinkEnd.await(() -> table.resolve(Namespaces.RIGHT_ADDRESS) != 0));
        assertEquals(right.hardwareAddress(), table.resolve(Namespaces.RIGHT_ADDRESS));
    }

    @Test
    void shouldFindTheGatewayToAPeerBehindIt() {
        String gateway = Namespaces.RIGHT_ADDRESS.toString();
        namespaces.left().run("ip", "route", "add", "10.99.0.0/16", "via", gateway);
        start(BEHIND_A_GATEWAY);
        assertTrue(LinkEnd.await(() -> table.resolve(BEHIND_A_GATEWAY) != 0));
        assertEquals(right.hardwareAddress(), table.resolve(BEHIND_A_GATEWAY));
    }

    @Test
    void shouldNotKnowAPeerThatDoesNotExist() {
        start(NOBODY);
        assertEquals(0, table.resolve(NOBODY));
    }

    @Test
    void shouldBelieveAFixedAddress() {
        table.put(NOBODY, 0x02_00_00_00_00_77L);
        assertEquals(0x02_00_00_00_00_77L, table.resolve(NOBODY));
    }

    @Test
    void shouldNoticeThatAPeerHasANewEthernetAddress() {
        start(Namespaces.RIGHT_ADDRESS);
        assertTrue(LinkEnd.await(() -> table.resolve(Namespaces.RIGHT_ADDRESS) != 0));
        String own = Namespaces.RIGHT_ADDRESS.toString();
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
        assertEquals(0x02_00_00_00_00_55L, table.resolve(Namespaces.RIGHT_ADDRESS));
    }
}
