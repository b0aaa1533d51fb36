// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetDrop;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** A fixture: what a switch should do, without a thought of speed. Knows no limits. */
public final class SwitchModel {
    private static final long RESERVED = 0x0180_C200_0000L;

    private final Map<String, Port> ports = new TreeMap<>();
    private final Map<Station, Place> learned = new HashMap<>();
    private long nowNs;

    /**
     * What becomes of a frame.
     *
     * @param drop why it was dropped, or null
     * @param received what each port gets that is up and connected
     * @param copies of the frame, also for ports that are not
     */
    public record Outcome(NetDrop drop, Map<String, SwitchedCopy> received, int copies) {}

    private record Station(int vlan, long mac) {}

    private record Place(String port, long seenNs) {}

    private static final class Port {
        private final int untagged;
        private final Set<Integer> tagged = new TreeSet<>();
        private final Set<Integer> vlans = new TreeSet<>();
        private final boolean maySpoof;
        private final long configuredMac;
        private long mac;
        private boolean isUp = true;
        private boolean isConnected = true;

        Port(SwitchSpec spec) {
            untagged = spec.vlan();
            for (VlanRange range : spec.trunk()) {
                for (int vlan = range.first(); vlan <= range.last(); vlan++) {
                    tagged.add(vlan);
                }
            }
            vlans.addAll(tagged);
            vlans.add(untagged);
            vlans.remove(0);
            maySpoof = spec.options().maySpoof();
            configuredMac = spec.options().mac();
            mac = configuredMac;
        }

        boolean meets(Port other) {
            return vlans.stream().anyMatch(other.vlans::contains);
        }
    }

    public void nowNs(long newNowNs) {
        nowNs = newNowNs;
        learned.values().removeIf(place -> nowNs - place.seenNs() >= 300_000_000_000L);
    }

    public void add(String name, SwitchSpec spec) {
        Port added = new Port(spec);
        for (Port port : ports.values()) {
            if (added.mac != 0 && port.mac == added.mac && port.meets(added)) {
                port.mac = 0;
            }
        }
        ports.put(name, added);
    }

    public void remove(String name) {
        forget(name);
        ports.remove(name);
    }

    public void connect(String name) {
        ports.get(name).isConnected = true;
    }

    public void disconnect(String name) {
        Port port = ports.get(name);
        port.isConnected = false;
        port.mac = port.configuredMac;
        forget(name);
    }

    public void link(String name, boolean isUp) {
        Port port = ports.get(name);
        if (port.isUp != isUp) {
            port.isUp = isUp;
            forget(name);
        }
    }

    private void forget(String name) {
        learned.values().removeIf(place -> place.port().equals(name));
    }

    public Outcome send(String name, SwitchedCopy copy) {
        Port from = ports.get(name);
        if (!from.isUp) {
            return dropped(NetDrop.LINK_DOWN);
        }
        int vlan = vlanOf(from, copy);
        if (vlan == 0) {
            return dropped(NetDrop.BAD_VLAN);
        }
        if (!mayUse(from, copy.source(), vlan)) {
            return dropped(NetDrop.SPOOFED);
        }
        if (from.maySpoof && copy.source() != from.mac) {
            learned.put(new Station(vlan, copy.source()), new Place(name, nowNs));
        }
        if (copy.target() >> 4 == RESERVED >> 4) {
            return dropped(NetDrop.FILTERED);
        }
        if (MacAddress.isGroup(copy.target())) {
            return delivered(name, vlan, copy, port -> true);
        }
        String known = find(copy.target(), vlan);
        if (known == null) {
            return delivered(name, vlan, copy, port -> port.mac == 0 || port.maySpoof);
        }
        Port to = ports.get(known);
        return to == from
                ? dropped(NetDrop.FILTERED)
                : delivered(name, vlan, copy, port -> port == to);
    }

    private static int vlanOf(Port from, SwitchedCopy copy) {
        int said = copy.isTagged() ? copy.tagControl() % 4096 : 0;
        if (said == 0) {
            return from.untagged;
        }
        return from.tagged.contains(said) ? said : 0;
    }

    private boolean mayUse(Port from, long source, int vlan) {
        if (!MacAddress.isStation(source)) {
            return false;
        }
        if (source == from.mac) {
            return true;
        }
        if (from.maySpoof) {
            return noneHas(source, port -> port != from && port.vlans.contains(vlan));
        }
        boolean mayBind =
                from.mac == 0
                        && noneHas(source, port -> port != from && port.meets(from))
                        && !learned.containsKey(new Station(vlan, source));
        if (mayBind) {
            from.mac = source;
        }
        return mayBind;
    }

    private boolean noneHas(long mac, Predicate<Port> among) {
        return ports.values().stream().noneMatch(port -> port.mac == mac && among.test(port));
    }

    private String find(long mac, int vlan) {
        for (Map.Entry<String, Port> entry : ports.entrySet()) {
            if (entry.getValue().mac == mac && entry.getValue().vlans.contains(vlan)) {
                return entry.getKey();
            }
        }
        Place place = learned.get(new Station(vlan, mac));
        return place == null ? null : place.port();
    }

    private static Outcome dropped(NetDrop reason) {
        return new Outcome(reason, Map.of(), 0);
    }

    private Outcome delivered(String sender, int vlan, SwitchedCopy copy, Predicate<Port> to) {
        Map<String, SwitchedCopy> received = new TreeMap<>();
        int priority = copy.isTagged() ? copy.tagControl() / 4096 * 4096 : 0;
        int copies = 0;
        for (Map.Entry<String, Port> entry : ports.entrySet()) {
            Port port = entry.getValue();
            boolean isMember = port.vlans.contains(vlan) && to.test(port);
            if (!entry.getKey().equals(sender) && isMember) {
                copies++;
                if (port.isUp && port.isConnected) {
                    int tag = vlan == port.untagged ? SwitchedCopy.NO_TAG : priority + vlan;
                    received.put(
                            entry.getKey(),
                            new SwitchedCopy(copy.target(), copy.source(), tag, copy.mark()));
                }
            }
        }
        return new Outcome(null, received, copies);
    }
}
