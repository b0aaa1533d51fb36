// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.Pings;
import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guests at a switch inside the IOhyp: {@code red1} and {@code near} on one VM host, {@code red2}
 * on another, all in VLAN 5. The second NICs of red1 and red2 are in VLAN 6 and on a trunk of 6 and
 * 7.
 */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class SwitchedGuestsTest {
    private static final String RED1 = "10.81.0.1";
    private static final String RED2 = "10.81.0.2";
    private static final String NEAR = "10.81.0.3";

    @TempDir static Path folder;
    private static final Deque<Runnable> opened = new ArrayDeque<>();
    private static Hosts hosts;
    private static RunningGuest red1;
    private static RunningGuest red2;
    private static RunningGuest near;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        GuestBoot.prepare();
        hosts = Hosts.bridgedThree(1500);
        opened.push(hosts::close);
        startDaemons();
        red1 = boot(nic("red1", "05:01"), nic("side1", "06:01"));
        red2 = boot(nic("red2", "05:02"), nic("side2", "06:02"));
        near = boot(nic("near", "05:03"));
        address(red1, "eth0", RED1);
        address(red2, "eth0", RED2);
        address(near, "eth0", NEAR);
    }

    private static void startDaemons() throws Exception {
        Daemons daemons = new Daemons(hosts, folder);
        opened.push(daemons::close);
        daemons.iohyp(
                "--nic", "red1=switch:sw,vlan=5,mac=52:54:00:00:05:01",
                "--nic", "red2=switch:sw,vlan=5",
                "--nic", "near=switch:sw,vlan=5,mac=52:54:00:00:05:03",
                "--nic", "side1=switch:sw,vlan=6",
                "--nic", "side2=switch:sw,trunk=6+7");
        daemons.server("--nic", "red1", "--nic", "near", "--nic", "side1");
        daemons.secondServer("--nic", "red2", "--nic", "side2");
    }

    private static String nic(String name, String macEnd) {
        return folder.resolve(name + ".sock") + ",mac=52:54:00:00:" + macEnd;
    }

    private static RunningGuest boot(String... nics) throws Exception {
        GuestBoot boot = GuestBoot.onNics(nics);
        RunningGuest guest = boot.start(folder, "guest" + opened.size());
        opened.push(guest::close);
        return guest;
    }

    private static void address(RunningGuest guest, String name, String address) {
        guest.run("ip link set " + name + " up");
        guest.run("ip address add " + address + "/24 dev " + name);
    }

    @AfterAll
    static void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }

    @Test
    void shouldJoinGuestsOfTwoVmHosts() {
        assertPings(red1, RED2);
        assertPings(red2, RED1);

        red2.run("iperf3 --server --one-off --daemon");
        red1.run("iperf3 -n 16M -c " + RED2);
    }

    @Test
    void shouldJoinGuestsOfOneVmHostWithoutTheWire() {
        assertPings(red1, NEAR);
        near.run("iperf3 --server --one-off --daemon");
        long before = bytesOnTheWire();

        red1.run("iperf3 -n 16M -c " + NEAR);

        assertTrue(bytesOnTheWire() - before < 1 << 20, "the data crossed the wire");
    }

    private static long bytesOnTheWire() {
        String file = "/sys/class/net/" + Hosts.INTERFACE + "/statistics/tx_bytes";
        return Long.parseLong(hosts.vmHost().run("cat", file).strip());
    }

    @Test
    void shouldKeepVlansApart() {
        address(red1, "eth1", "10.86.0.1");
        red1.run("ip address add 10.87.0.1/24 dev eth1");
        red2.run("ip link set eth1 up");
        for (int vlan : new int[] {6, 7}) {
            String name = "eth1." + vlan;
            red2.run("ip link add link eth1 name " + name + " type vlan id " + vlan);
            address(red2, name, "10.8" + vlan + ".0.2");
        }

        assertPings(red1, "10.86.0.2");
        assertEquals(1, red1.outcome("ping -q -c 1 -W 1 10.87.0.2").exitStatus());
    }

    private static void assertPings(RunningGuest guest, String address) {
        Pings.assertAnswered(5, guest.run(Pings.command(5, address)));
    }
}
