// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts whose interface stands on another one. */
@Tag("root")
@Timeout(120)
final class StationTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 256 << 10);
    private static final String UNDER = "under0";

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"macvlan mode bridge", "vlan id 5"})
    void shouldServeOverAnInterfaceOnTop(String kind) throws Exception {
        try (Hosts hosts = Hosts.joined(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            for (Namespace host : new Namespace[] {hosts.vmHost(), hosts.ioHost()}) {
                String address = setAside(host);
                addLink(host, "link " + UNDER + " name " + Hosts.INTERFACE + " type " + kind);
                use(host, address);
            }
            serve(daemons);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "bond mode active-backup", "bond mode balance-xor"})
    void shouldServeOverAnInterfaceWithPorts(String kind) throws Exception {
        try (Hosts hosts = Hosts.joined(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            for (Namespace host : new Namespace[] {hosts.vmHost(), hosts.ioHost()}) {
                String address = setAside(host);
                addLink(host, "name " + Hosts.INTERFACE + " type " + kind);
                run(host, "ip link set " + UNDER + " down");
                run(host, "ip link set " + UNDER + " master " + Hosts.INTERFACE);
                run(host, "ip link set " + UNDER + " up");
                use(host, address);
            }
            serve(daemons);
        }
    }

    /** The cable gets another name; returns the address that the host had there. */
    private static String setAside(Namespace host) {
        String address =
                host.run("ip", "-4", "-o", "address", "show", Hosts.INTERFACE).split("\\s+")[3];
        run(host, "ip address flush dev " + Hosts.INTERFACE);
        run(host, "ip link set " + Hosts.INTERFACE + " down");
        run(host, "ip link set " + Hosts.INTERFACE + " name " + UNDER);
        run(host, "ip link set " + UNDER + " up");
        return address;
    }

    private static void addLink(Namespace host, String what) {
        try {
            run(host, "ip link add " + what);
        } catch (IllegalStateException e) {
            assumeTrue(false, "the kernel lacks it: " + e.getMessage());
        }
    }

    private static void use(Namespace host, String address) {
        // Else the interface below answers for the address as well, with its own Ethernet address.
        host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore");
        run(host, "ip address add " + address + " dev " + Hosts.INTERFACE);
        run(host, "ip link set " + Hosts.INTERFACE + " up");
    }

    private static void run(Namespace host, String command) {
        host.run(command.split(" "));
    }

    private void serve(Daemons daemons) throws Exception {
        daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a").awaitIohypLog(" attached");
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(300).finish();
        }
    }
}
