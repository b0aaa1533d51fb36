// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import java.util.List;
import java.util.stream.Collectors;

/** What a NIC is made of, as the operator wrote it and as it is kept in the state directory. */
public sealed interface NicSpec {
    /** For error messages and help texts. */
    String LEGAL =
            "tap:IFNAME[,bridge=BRIDGE], macvtap:LOWER, raw:IFNAME or"
                    + " switch:NAME[,vlan=N][,trunk=N+N-M], each with [,mac=MAC][,mtu=N][,spoof]";

    NicOptions options();

    /** The text that {@link #parse} reads back as an equal specification. */
    String text();

    /**
     * @throws BackendException with one line that tells what is wrong and what is legal
     */
    static NicSpec parse(String text) throws BackendException {
        return new NicSpecParser(text).parse();
    }

    /** Those made of a network interface of the I/O host. */
    sealed interface InterfaceSpec extends NicSpec {}

    /**
     * A tap, made when it is not there.
     *
     * @param name of the interface
     * @param bridge the Linux bridge that it becomes a port of; empty for none
     */
    record TapSpec(String name, String bridge, NicOptions options) implements InterfaceSpec {
        @Override
        public String text() {
            return "tap:" + name + (bridge.isEmpty() ? "" : ",bridge=" + bridge) + options.text();
        }
    }

    /**
     * A macvtap, made for as long as the NIC is open.
     *
     * @param lower the interface that it is a part of
     */
    record MacvtapSpec(String lower, NicOptions options) implements InterfaceSpec {
        @Override
        public String text() {
            return "macvtap:" + lower + options.text();
        }
    }

    /**
     * All of a network interface.
     *
     * @param name of the interface
     */
    record RawSpec(String name, NicOptions options) implements InterfaceSpec {
        @Override
        public String text() {
            return "raw:" + name + options.text();
        }
    }

    /**
     * A port of a switch inside the IOhyp.
     *
     * @param name of the switch
     * @param vlan the VLAN of frames without a tag, see {@link VlanRange}; 0 when there are to be
     *     none, which only a trunk can say
     * @param trunk the VLANs of frames with a tag: in ascending order, apart from each other
     */
    record SwitchSpec(String name, int vlan, List<VlanRange> trunk, NicOptions options)
            implements NicSpec {
        /** The VLAN of a port of which nothing is said. */
        public static final int VLAN_DEFAULT = 1;

        public SwitchSpec {
            trunk = List.copyOf(trunk);
        }

        @Override
        public String text() {
            int silentVlan = trunk.isEmpty() ? VLAN_DEFAULT : 0;
            return "switch:"
                    + name
                    + (vlan == silentVlan ? "" : ",vlan=" + vlan)
                    + (trunk.isEmpty() ? "" : ",trunk=" + trunkText())
                    + options.text();
        }

        private String trunkText() {
            return trunk.stream().map(VlanRange::text).collect(Collectors.joining("+"));
        }
    }
}
