// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.qemu.VrioDaemon;
import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * The daemons of two {@link Hosts}, as an operator runs them: {@code bin/vrio} processes with their
 * sockets, state and logs in one folder. What is started is stopped at the end.
 */
public final class Daemons implements AutoCloseable {
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Hosts hosts;
    private final Path folder;
    private final List<String> enterVmHost;
    private final Path sockets;
    private final List<VrioDaemon> started = new ArrayList<>();
    private int logs;
    private VrioDaemon iohyp;
    private VrioDaemon server;

    Daemons(Hosts hosts, Path folder) {
        this(hosts, folder, enter(hosts.vmHost()), folder);
    }

    /**
     * @param enterVmHost what a command starts with that runs on the VM host
     * @param sockets where the server's sockets are, as seen there
     */
    public Daemons(Hosts hosts, Path folder, List<String> enterVmHost, Path sockets) {
        this.hosts = hosts;
        this.folder = folder;
        this.enterVmHost = enterVmHost;
        this.sockets = sockets;
    }

    /** Starts the IOhyp; returns when it serves. */
    public Daemons iohyp(String... options) throws IOException {
        iohyp = start("iohyp", enter(hosts.ioHost()), iohypArguments(options));
        return this;
    }

    /** Starts the server; returns when its sockets are there. */
    public Daemons server(String... options) throws IOException {
        server = start("server", enterVmHost, serverArguments(options));
        return this;
    }

    /** Starts the server of the second VM host; its sockets are in the same folder. */
    Daemons secondServer(String... options) throws IOException {
        Path control = folder.resolve("server2.control");
        List<String> arguments =
                serverArguments(hosts.secondVmAddress(), control, sockets, options);
        start("server2", enter(hosts.secondVmHost()), arguments);
        return this;
    }

    /** Starts one more server on the VM host, with its sockets in a folder of its own. */
    Daemons furtherServer(Path furtherSockets, String... options) throws IOException {
        List<String> arguments =
                serverArguments(
                        hosts.vmAddress(),
                        furtherSockets.resolve("server.control"),
                        furtherSockets,
                        options);
        start("further", enterVmHost, arguments);
        return this;
    }

    private VrioDaemon start(String role, List<String> prefix, List<String> arguments)
            throws IOException {
        Path log = folder.resolve(role + "-" + ++logs + ".log");
        VrioDaemon daemon = VrioDaemon.start(log, prefix, arguments.toArray(String[]::new));
        started.add(daemon);
        return daemon;
    }

    static List<String> enter(Namespace host) {
        return List.of("ip", "netns", "exec", host.name());
    }

    /** What every IOhyp of a test is given, and then some. */
    List<String> iohypArguments(String... more) {
        List<String> all =
                arguments("iohyp", hosts.ioAddress(), iohypControl(), "--state-dir", state());
        add(all, more);
        return all;
    }

    /** What every server of a test is given, and then some. */
    List<String> serverArguments(String... more) {
        return serverArguments(hosts.vmAddress(), serverControl(), sockets, more);
    }

    private List<String> serverArguments(
            String address, Path control, Path folderOfSockets, String... more) {
        List<String> all =
                arguments("server", address, control, "--socket-dir", "" + folderOfSockets);
        add(all, more);
        if (!all.contains("--peer")) {
            all.addAll(List.of("--peer", hosts.ioAddress()));
        }
        return all;
    }

    private static List<String> arguments(
            String daemon, String address, Path control, String option, String value) {
        return new ArrayList<>(
                List.of(
                        daemon,
                        "--interface",
                        Hosts.INTERFACE,
                        "--address",
                        address,
                        "--control",
                        control.toString(),
                        option,
                        value));
    }

    private static void add(List<String> arguments, String... more) {
        arguments.addAll(List.of(more));
        if (!arguments.contains("--key-file")) {
            arguments.add("--insecure");
        }
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    Path iohypControl() {
        return folder.resolve("iohyp.control");
    }

    Path serverControl() {
        return sockets.resolve("server.control");
    }

    Path socket(String disk) {
        return sockets.resolve(disk + ".sock");
    }

    public VrioDaemon iohyp() {
        return iohyp;
    }

    public VrioDaemon server() {
        return server;
    }

    /** Runs an operator's command against the IOhyp. */
    public CommandOutcome atIohyp(String... command) throws IOException, InterruptedException {
        return command(enter(hosts.ioHost()), iohypControl(), command);
    }

    /** Runs an operator's command against the server. */
    public CommandOutcome atServer(String... command) throws IOException, InterruptedException {
        return command(enterVmHost, serverControl(), command);
    }

    private CommandOutcome command(List<String> prefix, Path control, String... command)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--control", control.toString()));
        return run(prefix, arguments);
    }

    /** Runs {@code prefix bin/vrio arguments} to its end. */
    CommandOutcome run(List<String> prefix, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(SourceTree.root().resolve("bin/vrio").toString());
        command.addAll(arguments);
        return CommandOutcome.of(command);
    }

    /** Waits for what the server logs. */
    public Daemons awaitServerLog(String part) {
        await("the server's log says " + part, () -> log(server).contains(part));
        return this;
    }

    /** Waits for what the IOhyp logs. */
    public Daemons awaitIohypLog(String part) {
        await("the IOhyp's log says " + part, () -> log(iohyp).contains(part));
        return this;
    }

    private static String log(VrioDaemon daemon) {
        try {
            return daemon.log();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, () -> "in vain until " + what + allLogs());
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** For messages of failures. */
    public String allLogs() {
        StringBuilder all = new StringBuilder("\n");
        started.forEach(daemon -> all.append(log(daemon)));
        return all.toString();
    }

    /** Stops all, the last one first, as an operator would. */
    void stop() {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).close();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
