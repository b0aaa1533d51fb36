// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.NicOptions;
import io.vrio.it.qemu.Pings;
import io.vrio.it.qemu.RunningGuest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A guest with one NIC, {@code vm1}, the two hosts that serve it, and a machine behind the I/O host
 * for the guest to talk to.
 */
final class NetworkedGuest implements AutoCloseable {
    /** The guest asks for an address, once a second until it has one. */
    static final String DHCP = "udhcpc -f -q -n -t 20 -T 1 -O mtu -i eth0 -s /udhcpc";

    private static final String NIC = "vm1";

    private final Deque<Runnable> opened = new ArrayDeque<>();
    private final Path folder;
    private final Hosts hosts;
    private final Lan lan;
    private final Daemons daemons;
    private String[] iohypOptions;
    private RunningGuest running;

    private NetworkedGuest(Path folder, int mtu) throws IOException {
        this.folder = folder;
        hosts = Hosts.joined(mtu);
        opened.push(hosts::close);
        lan = Lan.behind(hosts.ioHost(), mtu);
        opened.push(lan::close);
        daemons = new Daemons(hosts, folder);
        opened.push(daemons::close);
    }

    /** Builds the guest and what surrounds it; nothing runs yet. */
    static NetworkedGuest prepare(Path folder, int mtu, String... dhcpOptions) throws Exception {
        Requires.root();
        for (String program : new String[] {"ip", "ethtool", "dnsmasq", "iperf3"}) {
            Requires.program(program);
        }
        GuestBoot.prepare();
        NetworkedGuest guest = new NetworkedGuest(folder, mtu);
        try {
            guest.lan.startDhcp("--dhcp-option=option:mtu," + mtu, dhcpOptions);
            guest.lan.startIperf();
            guest.lan.startFiles(folder);
            return guest;
        } catch (IOException | RuntimeException e) {
            guest.close();
            throw e;
        }
    }

    /**
     * Off: frames cross both networks as wires carry them, cut to their MTU and with checksums. On,
     * as at first: as they are.
     */
    void setWireOffloads(String state) {
        hosts.setOffloads(state);
        lan.setOffloads(state);
    }

    /**
     * Starts both daemons.
     *
     * @param backend what the IOhyp makes the NIC of
     */
    void startDaemons(String backend) throws IOException {
        iohypOptions = new String[] {"--nic", NIC + "=" + backend};
        daemons.iohyp(iohypOptions);
        daemons.server("--nic", NIC);
    }

    /** Boots the guest; it has an address when this returns. The former one is off. */
    RunningGuest boot(String... options) throws IOException {
        running = GuestBoot.onNic(socket()).with(options).start(folder, NIC);
        opened.push(running::close);
        running.run(DHCP);
        return running;
    }

    Path socket() {
        return daemons.socket(NIC);
    }

    Lan lan() {
        return lan;
    }

    /** Frames that the guest has sent and the backend has given to the tap {@code vm1}. */
    long framesAtTap() {
        return Long.parseLong(
                hosts.ioHost().run("cat", "/sys/class/net/vm1/statistics/rx_packets").strip());
    }

    void atIohyp(String... command) throws Exception {
        daemons.atIohyp(command).assertOk();
    }

    void awaitServerLog(String part) {
        daemons.awaitServerLog(part);
    }

    /** As a power cut would, and then the power is back. */
    void restartIohyp() throws Exception {
        daemons.iohyp().kill();
        daemons.iohyp(iohypOptions);
    }

    void restartServer() throws Exception {
        daemons.server().kill();
        daemons.server("--nic", NIC);
    }

    /** The machine behind the I/O host answers all of a few pings. */
    void assertPings(String options) {
        Pings.assertAnswered(5, running.run(Pings.command(5, options + " " + Lan.ADDRESS)));
    }

    void assertFetches(int length) throws IOException {
        startFetching(length);
        assertFetched(length);
    }

    /** The guest fetches so many bytes in the background. */
    void startFetching(int length) {
        String url = "http://" + Lan.ADDRESS + "/random/" + length;
        running.run("(wget -q -O /tmp/fetched " + url + "; echo $? >/tmp/fetched.status) &");
    }

    /** What {@link #startFetching} began comes to its end, and the bytes are the right ones. */
    void assertFetched(int length) throws IOException {
        running.run(NicOptions.until("[ -s /tmp/fetched.status ]"));
        assertEquals("0", running.run("cat /tmp/fetched.status"));
        assertEquals(TransferServer.digestOfRandom(length), digest("/tmp/fetched"));
        running.run("rm /tmp/fetched /tmp/fetched.status");
    }

    private String digest(String file) {
        return running.run("sha256sum " + file).split(" ")[0];
    }

    void assertSends(int length) {
        running.run("head -c " + length + " /dev/urandom >/tmp/sent");
        // wget would take a zero for the end of the data.
        String post = "printf \"POST / HTTP/1.0\\r\\nContent-Length: " + length + "\\r\\n\\r\\n\"";
        String answer =
                running.run(
                        "(" + post + "; cat /tmp/sent) | nc " + Lan.ADDRESS + " 80 | tail -n 1");
        assertEquals(digest("/tmp/sent"), answer);
        running.run("rm /tmp/sent");
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
