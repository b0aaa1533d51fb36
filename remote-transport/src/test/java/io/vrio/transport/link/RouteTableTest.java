// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.transport.wire.Ipv4Address;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RouteTableTest {
    private static final List<String> LINES =
            List.of(
                    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow",
                    "eth0\t00000000\tFE01A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0",
                    "eth0\t00000000\tFD01A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0",
                    "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0",
                    "eth0\t0002A8C0\tFC01A8C0\t0002\t0\t0\t0\t00FFFFFF\t0\t0\t0",
                    "eth1\t00000A0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
                    "a line that is cut off");

    private static String nextHop(String interfaceName, String address) {
        RouteTable table = RouteTable.parse(LINES, interfaceName);
        return Ipv4Address.format(table.nextHop(Ipv4Address.parse(address)));
    }

    @Test
    void shouldSendDirectlyWithinTheSubnet() {
        assertEquals("192.168.1.7", nextHop("eth0", "192.168.1.7"));
        assertEquals("10.10.3.4", nextHop("eth1", "10.10.3.4"));
    }

    @Test
    void shouldPreferTheSmallerMetric() {
        assertEquals("192.168.1.253", nextHop("eth0", "10.10.3.4"));
    }

    @Test
    void shouldLeaveOutARouteThatIsNotUp() {
        assertEquals("192.168.1.253", nextHop("eth0", "192.168.2.1"));
    }

    @Test
    void shouldTakeAPeerWithoutRouteToBeOnTheLink() {
        assertEquals("172.16.0.1", nextHop("eth1", "172.16.0.1"));
        assertEquals("172.16.0.1", nextHop("eth2", "172.16.0.1"));
    }
}
