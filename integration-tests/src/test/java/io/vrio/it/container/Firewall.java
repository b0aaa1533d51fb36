// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A stateful firewall between the machines of a {@link ContainerLan}: the Docker host's, in the
 * chain that Docker leaves to its user. It drops what connection tracking calls invalid, and
 * counts. Runs iptables in a container that is in the network namespace of the Docker daemon.
 */
final class Firewall implements AutoCloseable {
    private static final String CHAIN = "DOCKER-USER";
    private static final List<String> TRACKED =
            List.of("--in-interface", ContainerLan.BRIDGE, "--match", "conntrack", "--ctstate");

    private final Deque<List<String>> rules = new ArrayDeque<>();
    private final GenericContainer<?> container;

    /** Open it before the first connection is. */
    Firewall() throws IOException, InterruptedException {
        List<com.github.dockerjava.api.model.Bind> binds = TestImage.binds();
        container =
                new GenericContainer<>(DockerImageName.parse(TestImage.name()))
                        .withImagePullPolicy(name -> false)
                        .withNetworkMode("host")
                        .withCreateContainerCmdModifier(
                                create ->
                                        create.getHostConfig()
                                                .withBinds(binds)
                                                .withCapAdd(
                                                        Capability.NET_ADMIN, Capability.NET_RAW))
                        .withCommand("sleep", "infinity");
        container.start();
        add("INVALID", "--jump", "DROP");
        add("ESTABLISHED");
    }

    private void add(String state, String... verdict) throws IOException, InterruptedException {
        List<String> rule = new ArrayList<>(TRACKED);
        rule.add(state);
        rule.addAll(List.of(verdict));
        iptables("--insert", rule);
        rules.push(rule);
    }

    private String iptables(String action, List<String> words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("iptables", "--wait", action, CHAIN));
        command.addAll(words);
        ExecResult result = container.execInContainer(command.toArray(String[]::new));
        assertEquals(0, result.getExitCode(), result::getStderr);
        return result.getStdout();
    }

    /** Whether frames that a bridge forwards pass the firewall at all. */
    boolean seesBridgedFrames() throws IOException, InterruptedException {
        ExecResult result =
                container.execInContainer("cat", "/proc/sys/net/bridge/bridge-nf-call-iptables");
        return result.getStdout().strip().equals("1");
    }

    /**
     * Counts from 0 again: after the death of a daemon its kernel may refuse more than one frame of
     * a connection, and all refusals but the first are invalid.
     */
    void forget() throws IOException, InterruptedException {
        iptables("--zero", List.of());
    }

    /** It has seen so many frames of connections at least, and has found none invalid. */
    void assertSawOnlyValidFrames(long framesMin) throws IOException, InterruptedException {
        List<String> lines =
                iptables("--list", List.of("--verbose", "--exact", "--numeric")).lines().toList();
        assertTrue(frames(lines, "ESTABLISHED") >= framesMin, () -> String.join("\n", lines));
        assertEquals(0, frames(lines, "INVALID"), () -> String.join("\n", lines));
    }

    /** The number at the start of the line of a rule. */
    private static long frames(List<String> lines, String state) {
        return lines.stream()
                .filter(line -> line.contains("ctstate " + state))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[0]))
                .findFirst()
                .orElseThrow(() -> new AssertionError(lines));
    }

    @Override
    public void close() {
        try {
            while (!rules.isEmpty()) {
                iptables("--delete", rules.pop());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            container.stop();
        }
    }
}
