// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * An IOhyp and a server on two machines, inside the process of the test, with their sockets and
 * state in one folder, and the operator's commands to them.
 */
final class DaemonPair implements AutoCloseable {
    static final String SERVER_NAME = "vmhost";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Namespaces namespaces = new Namespaces(1500);
    private final Deque<VrioCommand> further = new ArrayDeque<>();
    private VrioCommand iohyp;
    private VrioCommand server;

    /** Neither runs yet. */
    DaemonPair(Path folder) {
        this.folder = folder;
    }

    /** Starts the IOhyp, also after it was stopped. */
    DaemonPair startIohyp(String... options) {
        String[] all = iohypArguments("state", "iohyp.control", options);
        iohyp = VrioCommand.start(namespaces.right(), all);
        return this;
    }

    DaemonPair startServer(String... options) {
        server = VrioCommand.start(namespaces.left(), arguments(SERVER_NAME, folder, options));
        return this;
    }

    /** One more on the same machine, with its sockets in {@code sockets}. */
    void startFurtherServer(String name, Path sockets, String... options) {
        further.push(VrioCommand.start(namespaces.left(), arguments(name, sockets, options)));
    }

    /** What an IOhyp that cannot start says at last. */
    String failureOfFurtherIohyp(String... options) {
        String[] all = iohypArguments("further-state", "further-iohyp.control", options);
        String said = VrioCommand.failure(1, namespaces.right(), all);
        return said.substring(said.lastIndexOf('\n') + 1);
    }

    private String[] iohypArguments(String state, String control, String... options) {
        List<String> all = new ArrayList<>(List.of("iohyp", "--address=10.77.0.2"));
        all.add("--state-dir=" + folder.resolve(state));
        return withCommon(all, folder.resolve(control), options);
    }

    private static String[] arguments(String name, Path sockets, String... options) {
        List<String> all = new ArrayList<>(List.of("server", "--address=10.77.0.1"));
        all.addAll(List.of("--peer=10.77.0.2", "--name=" + name, "--socket-dir=" + sockets));
        return withCommon(all, sockets.resolve("server.control"), options);
    }

    private static String[] withCommon(List<String> arguments, Path control, String... options) {
        arguments.add("--interface=" + Namespaces.INTERFACE);
        arguments.add("--control=" + control);
        arguments.addAll(List.of(options));
        if (arguments.stream().noneMatch(option -> option.startsWith("--key-file"))) {
            arguments.add("--insecure");
        }
        return arguments.toArray(String[]::new);
    }

    /** Where the IOhyp runs. */
    Namespace ioHost() {
        return namespaces.right();
    }

    VrioCommand iohyp() {
        return iohyp;
    }

    VrioCommand server() {
        return server;
    }

    /** What a command to the IOhyp prints. */
    String atIohyp(String... words) {
        return VrioCommand.output(namespaces.right(), to(folder.resolve("iohyp.control"), words));
    }

    /** What a command to the server prints. */
    String atServer(String... words) {
        return atServerOf(folder, words);
    }

    /** How a command to the server ends that may fail. */
    CommandOutcome outcomeAtServer(String... words) {
        String[] all = to(folder.resolve("server.control"), words);
        return VrioCommand.outcome(namespaces.left(), all);
    }

    /** What a command to the server with these sockets prints. */
    String atServerOf(Path sockets, String... words) {
        return VrioCommand.output(namespaces.left(), to(sockets.resolve("server.control"), words));
    }

    /** What a command to the IOhyp says that must fail with status 1. */
    String refusalAtIohyp(String... words) {
        String[] all = to(folder.resolve("iohyp.control"), words);
        return VrioCommand.failure(1, namespaces.right(), all);
    }

    /** What a command to the server says that must fail with status 1. */
    String refusalAtServer(String... words) {
        String[] all = to(folder.resolve("server.control"), words);
        return VrioCommand.failure(1, namespaces.left(), all);
    }

    private static String[] to(Path control, String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--control", control.toString()));
        return all.toArray(String[]::new);
    }

    /** A disk or NIC as the server shows it. */
    JsonNode shownAtServer(String noun, String name) {
        return json(atServer(noun, "show", name, "--format", "json"));
    }

    /** A disk or NIC as the IOhyp shows it. */
    JsonNode shownAtIohyp(String noun, String name) {
        return json(atIohyp(noun, "show", name, "--format", "json"));
    }

    /** Waits until a device is as it should be at the server. */
    boolean awaitAtServer(String noun, String name, String field, String value) {
        return LinkEnd.await(() -> shownAtServer(noun, name).get(field).asText().equals(value));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        while (!further.isEmpty()) {
            further.pop().stop();
        }
        if (server != null) {
            server.stop();
        }
        if (iohyp != null) {
            iohyp.stop();
        }
        namespaces.close();
    }
}
