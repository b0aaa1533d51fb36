// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An Open vSwitch of a test's own, with one bridge: its database and switch, in one network
 * namespace and one folder. It forwards in user space, which needs no module of the kernel.
 */
final class OpenVSwitch implements AutoCloseable {
    static final String BRIDGE = "ovs0";

    private static final String SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema";
    private static final long STOP_SECONDS = 10;

    private final Deque<Process> daemons = new ArrayDeque<>();
    private final Namespace namespace;
    private final Path folder;
    private final Path database;

    /** The bridge is there when this returns, and has no ports. */
    OpenVSwitch(Namespace namespace, Path folder) throws IOException {
        this.namespace = namespace;
        this.folder = folder;
        database = folder.resolve("database.socket");
        try {
            start();
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void start() throws IOException {
        String file = folder.resolve("database").toString();
        namespace.run("ovsdb-tool", "create", file, SCHEMA);
        start("ovsdb-server", file, "--remote=punix:" + database);
        assertTrue(LinkEnd.await(() -> Files.exists(database)), "ovsdb-server does not listen");
        control("--no-wait", "init");
        start("ovs-vswitchd", "unix:" + database);
        control("add-br", BRIDGE, "--", "set", "bridge", BRIDGE, "datapath_type=netdev");
        namespace.run("ip", "link", "set", BRIDGE, "up");
    }

    private void start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "OVS_RUNDIR=" + folder, program));
        command.addAll(List.of(arguments));
        command.add("--unixctl=" + folder.resolve(program + ".control"));
        command.add("--log-file=" + folder.resolve(program + ".log"));
        command.add("-vconsole:off");
        daemons.push(namespace.start(command.toArray(String[]::new)));
    }

    /** Runs ovs-vsctl; what it ordered is done when this returns. */
    String control(String... words) {
        List<String> command =
                new ArrayList<>(List.of("ovs-vsctl", "--db=unix:" + database, "--timeout=20"));
        command.addAll(List.of(words));
        return namespace.run(command.toArray(String[]::new));
    }

    @Override
    public void close() {
        // SIGTERM; the namespace takes its interfaces away.
        daemons.forEach(Process::destroy);
        while (!daemons.isEmpty()) {
            awaitEnd(daemons.pop());
        }
    }

    private static void awaitEnd(Process daemon) {
        try {
            daemon.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            daemon.destroyForcibly();
        }
    }
}
