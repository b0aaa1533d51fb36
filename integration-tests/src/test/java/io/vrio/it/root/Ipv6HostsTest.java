// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.secure.KeyFile;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both daemons over IPv6, where that is more than another address. */
@Tag("root")
@Timeout(120)
final class Ipv6HostsTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 256 << 10);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
    }

    private void load(Daemons daemons) throws Exception {
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldServeOverLinkLocalAddresses() throws Exception {
        try (Hosts hosts = Hosts.linkLocal(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:16M");
            daemons.server("--disk", "a", "--peer", "[fe80::2%wire0]:8746");
            load(daemons);
            assertTrue(daemons.atServer("peer", "list").out().contains("[fe80::2]:8746"));
        }
    }

    @Test
    void shouldServeAgainWhenAnotherInterfaceHasTheNameOfALinkLocalAddress() throws Exception {
        try (Hosts hosts = Hosts.linkLocal(1500);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a");
            load(daemons);
            hosts.replaceInterfaces();
            load(daemons);
            // The kernel has not answered in the place of the IOhyp: its socket is on the new one.
            String sockets = hosts.ioHost().run("ss", "-6tlnH");
            assertTrue(sockets.contains("[fe80::2]%wire0:8746"), sockets);
        }
    }

    @Test
    void shouldNameAServerByItsAddress() throws Exception {
        Path keys = Files.createDirectory(folder.resolve("keys"));
        Path key = keys.resolve("fd78:0:0:1::1.key");
        KeyFile.create(key, new SecureRandom());
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V6);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:16M", "--key-file", keys.toString());
            daemons.server("--disk", "a", "--key-file", key.toString());
            load(daemons);
            daemons.awaitIohypLog("disk=a server=fd78:0:0:1::1 attached");
        }
    }

    @Test
    void shouldRefuseAnAddressThatTheInterfaceDoesNotHave() throws Exception {
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V6);
                Daemons daemons = new Daemons(hosts, folder)) {
            hosts.vmHost().run("ip", "-6", "address", "flush", "dev", Hosts.INTERFACE);
            daemons.run(Daemons.enter(hosts.vmHost()), daemons.serverArguments())
                    .assertRefused(
                            1,
                            "vrio server: interface wire0 has no IPv6 address: run `ip address add"
                                    + " fd78:0:0:1::1/64 dev wire0` with the right prefix length");
        }
    }

    @Test
    void shouldWaitForAnAddressThatTheKernelStillChecks() throws Exception {
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V6);
                Daemons daemons = new Daemons(hosts, folder)) {
            hosts.ioHost().run("ip", "-6", "address", "flush", "dev", Hosts.INTERFACE);
            hosts.ioHost().run("sysctl", "-qw", "net.ipv6.conf.wire0.accept_dad=1");
            hosts.ioHost().run("sysctl", "-qw", "net.ipv6.conf.all.accept_dad=1");
            String address = hosts.ioAddress() + "/64";
            hosts.ioHost().run("ip", "address", "add", address, "dev", Hosts.INTERFACE);
            String tentative = hosts.ioHost().run("ip", "-6", "address", "show", "tentative");
            daemons.iohyp("--disk", "a=ram:16M").server("--disk", "a");
            load(daemons);
            assertTrue(tentative.contains(hosts.ioAddress()), tentative);
        }
    }
}
