// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.MacvtapSpec;
import io.vrio.backends.net.NicSpec.RawSpec;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.backends.net.NicSpec.TapSpec;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NicProperties;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads one specification of a NIC: a kind, a colon, a name, then options after commas. Lives for
 * one call; one thread.
 */
final class NicSpecParser {
    /** Limit: bytes of an interface name, IFNAMSIZ without the final zero. */
    private static final int INTERFACE_NAME_MAX = 15;

    /** Limit: characters of the operator's text that an error message repeats. */
    private static final int QUOTED_MAX = 120;

    private final String text;
    private final Set<String> seenKeys = new HashSet<>();
    private String bridge = "";
    private long mac;
    private int mtu;
    private boolean maySpoof;
    private int vlan;
    private List<VlanRange> trunk = List.of();

    NicSpecParser(String text) {
        this.text = text;
    }

    NicSpec parse() throws BackendException {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw invalid("no kind of NIC before a colon", NicSpec.LEGAL);
        }
        String kind = text.substring(0, colon);
        String[] parts = text.substring(colon + 1).split(",", -1);
        return switch (kind) {
            case "tap" -> tap(parts);
            case "macvtap" -> macvtap(parts);
            case "raw" -> raw(parts);
            case "switch" -> virtualSwitch(parts);
            default -> throw invalid("unknown kind of NIC " + quote(kind), NicSpec.LEGAL);
        };
    }

    private TapSpec tap(String[] parts) throws BackendException {
        String name = interfaceName("the tap", parts[0]);
        readOptions(parts, Set.of("bridge"));
        return new TapSpec(name, bridge, options());
    }

    private MacvtapSpec macvtap(String[] parts) throws BackendException {
        String lower = interfaceName("the lower interface", parts[0]);
        readOptions(parts, Set.of());
        return new MacvtapSpec(lower, options());
    }

    private RawSpec raw(String[] parts) throws BackendException {
        String name = interfaceName("the interface", parts[0]);
        readOptions(parts, Set.of());
        return new RawSpec(name, options());
    }

    private SwitchSpec virtualSwitch(String[] parts) throws BackendException {
        String name = parts[0];
        if (!name.matches("[A-Za-z0-9._-]{1,32}")) {
            throw invalid(
                    quote(name) + " is not the name of a switch", "1-32 of A-Z a-z 0-9 . _ -");
        }
        readOptions(parts, Set.of("vlan", "trunk"));
        boolean isSilent = vlan == 0 && trunk.isEmpty();
        return new SwitchSpec(name, isSilent ? SwitchSpec.VLAN_DEFAULT : vlan, trunk, options());
    }

    private NicOptions options() {
        return new NicOptions(mac, mtu, maySpoof);
    }

    private void readOptions(String[] parts, Set<String> ownKeys) throws BackendException {
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            String key = equals < 0 ? parts[i] : parts[i].substring(0, equals);
            String value = equals < 0 ? null : parts[i].substring(equals + 1);
            if (!seenKeys.add(key)) {
                throw invalid("option " + quote(key) + " is given twice", "once");
            }
            boolean isKnown =
                    readCommonOption(key, value) || ownKeys.contains(key) && readOwn(key, value);
            if (!isKnown) {
                throw invalid("unknown option " + quote(parts[i]), NicSpec.LEGAL);
            }
        }
    }

    private boolean readCommonOption(String key, String value) throws BackendException {
        switch (key) {
            case "mac" -> mac = mac(value);
            case "mtu" -> mtu = number(key, value, NicProperties.MTU_MIN, NicProperties.MTU_MAX);
            case "spoof" -> maySpoof = flag(key, value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readOwn(String key, String value) throws BackendException {
        switch (key) {
            case "bridge" -> bridge = interfaceName("the bridge", value == null ? "" : value);
            case "vlan" -> vlan = number(key, value, VlanRange.MIN, VlanRange.MAX);
            case "trunk" -> trunk = trunk(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean flag(String key, String value) throws BackendException {
        if (value != null) {
            throw invalid("option '" + key + "' takes no value", key);
        }
        return true;
    }

    private long mac(String value) throws BackendException {
        long address = value == null ? -1 : MacAddress.parse(value);
        if (address < 0 || !MacAddress.isStation(address)) {
            throw invalid(
                    "mac: " + quote(value) + " is not the address of a station",
                    MacAddress.LEGAL + ", the first of them even");
        }
        return address;
    }

    private int number(String key, String value, int min, int max) throws BackendException {
        boolean isNumber = value != null && value.matches("[0-9]{1,9}");
        int number = isNumber ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw invalid(key + ": " + quote(value) + " is out of range", min + " to " + max);
        }
        return number;
    }

    /** Ranges in any order, also overlapping ones; put into the one form that is kept. */
    private List<VlanRange> trunk(String value) throws BackendException {
        BitSet vlans = new BitSet();
        for (String part : value == null ? new String[] {""} : value.split("\\+", -1)) {
            String[] ends = part.split("-", -1);
            int first = number("trunk", ends[0], VlanRange.MIN, VlanRange.MAX);
            int last = number("trunk", ends[ends.length - 1], VlanRange.MIN, VlanRange.MAX);
            if (ends.length > 2 || last < first) {
                throw invalid("trunk: " + quote(part) + " is not a range", "N or N-M");
            }
            vlans.set(first, last + 1);
        }
        List<VlanRange> ranges = new ArrayList<>();
        for (int first = vlans.nextSetBit(0); first >= 0; ) {
            int limit = vlans.nextClearBit(first);
            ranges.add(new VlanRange(first, limit - 1));
            first = vlans.nextSetBit(limit);
        }
        return ranges;
    }

    /** What the kernel takes as a name (dev_valid_name), and does not take as a pattern. */
    private String interfaceName(String whose, String name) throws BackendException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length > INTERFACE_NAME_MAX) {
            throw invalid(
                    "the name of " + whose + " is too long: " + quote(name),
                    "at most " + INTERFACE_NAME_MAX + " bytes");
        }
        if (!name.matches("[^\\s\\p{Cntrl}/:%]+") || name.equals(".") || name.equals("..")) {
            throw invalid(
                    quote(name) + " is not a name for " + whose, "the name of a network interface");
        }
        return name;
    }

    private BackendException invalid(String problem, String legal) {
        return new BackendException(
                "NIC " + quote(text) + ": " + problem + " (legal: " + legal + ")");
    }

    /** On one line and of bounded length, whatever it holds. */
    private static String quote(String value) {
        if (value == null) {
            return "''";
        }
        String shown = value.length() > QUOTED_MAX ? value.substring(0, QUOTED_MAX) + "…" : value;
        return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
