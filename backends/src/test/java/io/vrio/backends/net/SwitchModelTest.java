// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens, each guest gets what a simple model of the switch says, and nothing else. */
class SwitchModelTest {
    private static final int STEPS = 20_000;
    private static final int MACS = 8;
    private static final long FIRST_MAC = 0x5254_0000_0000L;
    private static final long RESERVED = 0x0180_C200_000EL;

    /** Long enough that what the ports send one after the other stays below every limit. */
    private static final long STEP_NS = 1_000_000;

    /** No two ports of one VLAN may be given the same address. */
    private static final Map<String, String> SPECS =
            new TreeMap<>(
                    Map.of(
                            "a", "switch:lan",
                            "b", "switch:lan,vlan=1",
                            "c", "switch:lan,spoof",
                            "d", "switch:lan,vlan=2",
                            "e", "switch:lan,vlan=2,spoof",
                            "f", "switch:lan,vlan=2,mac=52:54:00:00:00:01",
                            "g", "switch:lan,vlan=3,mac=52:54:00:00:00:01",
                            "h", "switch:lan,trunk=1-3",
                            "i", "switch:lan,vlan=1,trunk=2-3,spoof",
                            "j", "switch:lan,vlan=3,trunk=1,mac=52:54:00:00:00:02,spoof"));

    private final SwitchFixture fixture = new SwitchFixture();
    private final SwitchModel model = new SwitchModel();
    private final Map<String, SwitchGuest> guests = new TreeMap<>();
    private final EnumSet<NetDrop> seenDrops = EnumSet.noneOf(NetDrop.class);
    private SplittableRandom random;
    private int receivedCount;

    @AfterEach
    void close() {
        guests.values().forEach(SwitchGuest::close);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldDeliverAsTheModelSays(long seed) throws BackendException {
        random = new SplittableRandom(seed);
        List<String> names = List.copyOf(SPECS.keySet());
        for (int step = 0; step < STEPS; step++) {
            long pauseNs = random.nextInt(500) == 0 ? random.nextLong(400_000_000_000L) : 0;
            fixture.clock().advance(STEP_NS + pauseNs);
            model.nowNs(fixture.clock().nanoTime());
            act(names.get(random.nextInt(names.size())), "seed " + seed + ", step " + step);
        }
        assertEquals(
                EnumSet.of(NetDrop.LINK_DOWN, NetDrop.BAD_VLAN, NetDrop.SPOOFED, NetDrop.FILTERED),
                seenDrops);
        assertTrue(receivedCount > STEPS / 5, "received " + receivedCount);
    }

    private void act(String name, String when) throws BackendException {
        SwitchGuest guest = guests.get(name);
        if (guest == null) {
            guests.put(name, new SwitchGuest(fixture.open(name, SPECS.get(name))));
            model.add(name, (SwitchSpec) NicSpec.parse(SPECS.get(name)));
            return;
        }
        switch (random.nextInt(200)) {
            case 0 -> {
                guests.remove(name).close();
                model.remove(name);
            }
            case 1 -> {
                guest.port().connect(null);
                model.disconnect(name);
            }
            case 2, 3 -> {
                guest.port().connect(guest);
                model.connect(name);
            }
            case 4, 5, 6 -> {
                boolean isUp = random.nextInt(3) > 0;
                guest.port().setLink(isUp);
                model.link(name, isUp);
            }
            default -> send(name, guest, when);
        }
    }

    private void send(String name, SwitchGuest guest, String when) {
        SwitchedCopy copy = copy(guest.port().mac());
        SwitchModel.Outcome wanted = model.send(name, copy);
        String what = when + ": " + name + " sends " + copy;

        assertEquals(wanted.drop(), guest.send(copy), what);

        Map<String, SwitchedCopy> received = new TreeMap<>();
        guests.forEach(
                (receiver, port) -> {
                    List<SwitchedCopy> taken = port.take();
                    assertTrue(taken.size() <= 1, what);
                    taken.forEach(one -> received.put(receiver, one));
                });
        assertEquals(wanted.received(), received, what);
        receivedCount += received.size();
        if (wanted.drop() != null) {
            seenDrops.add(wanted.drop());
        }
    }

    /** A frame of any kind, of an honest guest more often than not. */
    private SwitchedCopy copy(long ownMac) {
        long target =
                switch (random.nextInt(10)) {
                    case 0 -> MacAddress.BROADCAST;
                    case 1 -> RESERVED;
                    default -> mac();
                };
        long source =
                switch (random.nextInt(50)) {
                    case 0 -> MacAddress.BROADCAST;
                    case 1 -> 0;
                    case 2, 3, 4, 5, 6, 7, 8, 9 -> mac();
                    default -> ownMac == 0 ? mac() : ownMac;
                };
        int priority = random.nextInt(8) << 13;
        int tagControl =
                switch (random.nextInt(10)) {
                    case 0 -> priority;
                    case 1, 2, 3 -> priority | random.nextInt(1, 5);
                    default -> SwitchedCopy.NO_TAG;
                };
        return new SwitchedCopy(target, source, tagControl, random.nextInt());
    }

    private long mac() {
        return FIRST_MAC + random.nextInt(MACS);
    }
}
