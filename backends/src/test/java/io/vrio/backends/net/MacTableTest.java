// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MacTableTest {
    private static final long MAC = 0x5254_0000_0000L;
    private static final int VLAN = 1;
    private static final int NONE = -1;

    private final MacTable table = new MacTable(8, 42);

    @Test
    void shouldFindWhatWasLearned() {
        table.resize(2);

        assertTrue(table.learn(VLAN, MAC, 3, 0));

        assertEquals(3, table.find(VLAN, MAC, 1));
        assertEquals(NONE, table.find(VLAN, MAC + 1, 1));
    }

    @Test
    void shouldLearnPerVlan() {
        table.resize(2);
        table.learn(1, MAC, 3, 0);
        table.learn(2, MAC, 4, 0);

        assertEquals(3, table.find(1, MAC, 0));
        assertEquals(4, table.find(2, MAC, 0));
        assertEquals(NONE, table.find(3, MAC, 0));
    }

    @Test
    void shouldForgetAfterTheAgeingTimeOnly() {
        table.resize(1);
        table.learn(VLAN, MAC, 3, 0);

        assertEquals(3, table.find(VLAN, MAC, MacTable.AGEING_NS - 1));
        assertEquals(NONE, table.find(VLAN, MAC, MacTable.AGEING_NS));
    }

    @Test
    void shouldRememberAStationThatIsSeenAgain() {
        table.resize(1);
        table.learn(VLAN, MAC, 3, 0);
        table.learn(VLAN, MAC, 3, 200_000_000_000L);

        assertEquals(3, table.find(VLAN, MAC, 499_000_000_000L));
        assertEquals(1, table.count(3));
    }

    @Test
    void shouldKeepAFloodOfAddressesInTheRoomOfItsPort() {
        table.resize(2);
        for (int i = 0; i < 100_000; i++) {
            table.learn(VLAN, MAC + i, 0, 0);
        }

        assertEquals(MacTable.PER_PORT_MAX, table.count(0));
        assertFalse(table.learn(VLAN, MAC + 100_000, 0, 0));
        assertEquals(0, table.find(VLAN, MAC, 0), "the first ones were pushed out");
    }

    @Test
    void shouldHaveRoomForAPortBesideOneThatIsFull() {
        table.resize(2);
        for (int i = 0; i < 100_000; i++) {
            table.learn(VLAN, MAC + i, 0, 0);
        }

        for (int i = 0; i < MacTable.PER_PORT_MAX; i++) {
            assertTrue(table.learn(VLAN, MAC + 200_000 + i, 1, 0));
        }
        assertEquals(MacTable.PER_PORT_MAX, table.count(1));
    }

    @Test
    void shouldHaveRoomAgainWhenAddressesHaveAged() {
        table.resize(1);
        for (int i = 0; i < MacTable.PER_PORT_MAX; i++) {
            table.learn(VLAN, MAC + i, 0, 0);
        }

        assertFalse(table.learn(VLAN, MAC + 100_000, 0, MacTable.AGEING_NS));
        for (int i = 0; i < 200; i++) {
            table.learn(VLAN, MAC + 100_000, 0, MacTable.AGEING_NS);
        }

        assertEquals(0, table.find(VLAN, MAC + 100_000, MacTable.AGEING_NS));
    }

    @Test
    void shouldNotKeepAWrongPlaceWhenTheNewOneHasNoRoom() {
        table.resize(2);
        table.learn(VLAN, MAC, 1, 0);
        for (int i = 1; i <= MacTable.PER_PORT_MAX; i++) {
            table.learn(VLAN, MAC + i, 0, 0);
        }

        assertFalse(table.learn(VLAN, MAC, 0, 0));

        assertEquals(NONE, table.find(VLAN, MAC, 0));
        assertEquals(0, table.count(1));
    }

    @Test
    void shouldForgetOnePortOnly() {
        table.resize(2);
        for (int i = 0; i < 1000; i++) {
            table.learn(VLAN, MAC + i, i % 2, 0);
        }

        table.forget(0);

        assertEquals(0, table.count(0));
        assertEquals(500, table.count(1));
        assertEquals(NONE, table.find(VLAN, MAC + 998, 0));
        assertEquals(1, table.find(VLAN, MAC + 999, 0));
    }

    @Test
    void shouldKeepEverythingWhenThereIsAPortMore() {
        table.resize(1);
        for (int i = 0; i < MacTable.PER_PORT_MAX; i++) {
            table.learn(VLAN, MAC + i, 0, 0);
        }

        table.resize(2);

        for (int i = 0; i < MacTable.PER_PORT_MAX; i++) {
            assertEquals(0, table.find(VLAN, MAC + i, 0));
        }
    }

    /** The same as a map, whatever happens; few addresses, so that everything happens to each. */
    @Test
    void shouldBehaveLikeAMap() {
        record Place(int port, long seenNs) {}
        SplittableRandom random = new SplittableRandom(7);
        Map<Long, Place> model = new HashMap<>();
        long nowNs = 0;
        table.resize(4);
        for (int step = 0; step < 200_000; step++) {
            nowNs += random.nextLong(1_000_000_000L);
            long mac = MAC + random.nextInt(900);
            int port = random.nextInt(4);
            if (random.nextInt(10_000) == 0) {
                table.forget(port);
                model.values().removeIf(place -> place.port() == port);
            } else if (random.nextBoolean()) {
                assertTrue(table.learn(VLAN, mac, port, nowNs));
                model.put(mac, new Place(port, nowNs));
            } else {
                Place place = model.get(mac);
                boolean isKnown = place != null && nowNs - place.seenNs() < MacTable.AGEING_NS;
                assertEquals(isKnown ? place.port() : NONE, table.find(VLAN, mac, nowNs));
            }
        }
    }
}
