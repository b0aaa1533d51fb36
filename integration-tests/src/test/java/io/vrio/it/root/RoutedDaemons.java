// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.secure.KeyFileException;
import io.vrio.transport.wire.IpVersion;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Daemons on both sides of a router, with a key or without, and a guest that keeps the disk busy.
 */
final class RoutedDaemons implements AutoCloseable {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, 256 << 10);
    private static final String NAME = "vm";

    private final Hosts hosts;
    private final Daemons daemons;
    private final MiddleRouter router;
    private final Credentials credentials;

    private RoutedDaemons(Path folder, Hosts hosts, Credentials credentials) {
        this.hosts = hosts;
        this.credentials = credentials;
        daemons = new Daemons(hosts, folder);
        router = new MiddleRouter(hosts);
    }

    /** Neither runs yet; the cables carry what wires carry. */
    static RoutedDaemons sealed(Path folder, IpVersion version)
            throws IOException, KeyFileException {
        Hosts hosts = Hosts.routed(1500, version).withoutOffloads();
        return new RoutedDaemons(folder, hosts, Credentials.keys(folder, NAME));
    }

    static RoutedDaemons sealed(Path folder) throws IOException, KeyFileException {
        return sealed(folder, IpVersion.V4);
    }

    /** The cables carry super-frames whole, as fast as the machine can. */
    static RoutedDaemons fast(Path folder) throws IOException, KeyFileException {
        return new RoutedDaemons(folder, Hosts.routed(9000), Credentials.keys(folder, NAME));
    }

    static RoutedDaemons insecure(Path folder) {
        return new RoutedDaemons(folder, Hosts.routed(1500).withoutOffloads(), Credentials.NONE);
    }

    static void checkMachine() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        Requires.program("nft");
        Requires.program("conntrack");
    }

    /** Starts both daemons, and a guest. */
    VerifiedLoad start(String... serverOptions) throws IOException {
        startIohyp();
        return startServer(serverOptions);
    }

    /** The same with as much patience for a peer that is silent at both ends. */
    VerifiedLoad startWithPeerTimeout(String time) throws IOException {
        startIohyp("--peer-timeout", time);
        return startServer("--peer-timeout", time);
    }

    private void startIohyp(String... options) throws IOException {
        String[] disks = with("--disk", "a=ram:32M", with("--disk", "b=ram:32M", options));
        daemons.iohyp(credentials.iohyp(disks));
    }

    private VerifiedLoad startServer(String... options) throws IOException {
        daemons.server(credentials.server(with("--disk", "a", options)));
        // Before, the disk has no size.
        daemons.awaitIohypLog("disk=a server=");
        return load();
    }

    private static String[] with(String option, String value, String... more) {
        String[] all = new String[more.length + 2];
        all[0] = option;
        all[1] = value;
        System.arraycopy(more, 0, all, 2, more.length);
        return all;
    }

    /** One more guest that uses the disk. */
    VerifiedLoad load() {
        return VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1);
    }

    /** How often the server has come to an association. */
    long associations() throws IOException {
        return daemons.server()
                .log()
                .lines()
                .filter(line -> line.contains("state=established"))
                .count();
    }

    Hosts hosts() {
        return hosts;
    }

    Daemons daemons() {
        return daemons;
    }

    MiddleRouter router() {
        return router;
    }

    @Override
    public void close() {
        daemons.close();
        hosts.close();
    }
}
