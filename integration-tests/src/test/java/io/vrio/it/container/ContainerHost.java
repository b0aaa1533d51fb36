// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Volume;
import io.vrio.it.root.CommandOutcome;
import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A machine that is a container: its first process is a daemon of ours, its folder has the same
 * path inside and outside, so that a test's guest can use its sockets.
 */
final class ContainerHost implements AutoCloseable {
    private static final String VRIO = SourceTree.root().resolve("bin/vrio").toString();
    private static final String RENAME =
            "cd /sys/class/net && for name in eth*; do [ $name = eth0 ] || {"
                    + " ip link set $name down && ip link set $name name eth0"
                    + " && ip link set eth0 up; }; done";
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ContainerLan lan;
    private final String address;
    private final Path folder;
    private final GenericContainer<?> container;
    private long starts = 1;

    private ContainerHost(ContainerLan lan, String address, Path folder, List<String> command)
            throws IOException {
        this.lan = lan;
        this.address = address;
        this.folder = folder;
        List<Bind> binds = TestImage.binds();
        binds.add(new Bind(folder.toString(), new Volume(folder.toString()), AccessMode.rw));
        container =
                new GenericContainer<>(DockerImageName.parse(TestImage.name()))
                        .withImagePullPolicy(name -> false)
                        .withNetwork(lan.network())
                        .withEnv("VRIO_JAVA", TestImage.javaHome().resolve("bin/java").toString())
                        .withCreateContainerCmdModifier(create -> configure(create, binds))
                        .withCommand(command.toArray(String[]::new))
                        .waitingFor(Wait.forLogMessage("ready\\s*", 1));
    }

    private void configure(CreateContainerCmd create, List<Bind> binds) {
        create.withIpv4Address(address);
        create.getHostConfig()
                .withBinds(binds)
                .withCapAdd(Capability.NET_ADMIN, Capability.NET_RAW);
    }

    /** The I/O host; its IOhyp serves when this returns. */
    static ContainerHost iohyp(ContainerLan lan, Path folder, String... options)
            throws IOException {
        List<String> command = command("iohyp", ContainerLan.IO_ADDRESS, options);
        return start(lan, ContainerLan.IO_ADDRESS, folder, command);
    }

    /** A VM host; its sockets are in the folder when this returns. */
    static ContainerHost server(ContainerLan lan, String address, Path folder, String... options)
            throws IOException {
        List<String> command = command("server", address, options);
        command.addAll(List.of("--peer", ContainerLan.IO_ADDRESS, "--socket-dir", "" + folder));
        return start(lan, address, folder, command);
    }

    private static List<String> command(String daemon, String address, String... options) {
        List<String> command = new ArrayList<>(List.of(VRIO, daemon, "--interface", "eth0"));
        command.addAll(List.of("--address", address, "--insecure"));
        command.addAll(List.of(options));
        return command;
    }

    private static ContainerHost start(
            ContainerLan lan, String address, Path folder, List<String> command)
            throws IOException {
        ContainerHost host = new ContainerHost(lan, address, folder, command);
        try {
            host.container.start();
            return host;
        } catch (RuntimeException e) {
            throw new AssertionError("does not start: " + host.container.getLogs(), e);
        }
    }

    Path folder() {
        return folder;
    }

    Path socket(String device) {
        return folder.resolve(device + ".sock");
    }

    /** Words before a command that make it run on this host. */
    List<String> enter() {
        return List.of("docker", "exec", container.getContainerId());
    }

    /** Runs an operator's command on this host. */
    CommandOutcome vrio(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(VRIO));
        command.addAll(List.of(words));
        return run(command.toArray(String[]::new));
    }

    CommandOutcome run(String... command) throws Exception {
        ExecResult result = container.execInContainer(command);
        return new CommandOutcome(result.getExitCode(), result.getStdout(), result.getStderr());
    }

    /** As a power cut does. */
    void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    /** After {@link #kill}; the daemon serves when this returns. */
    void start() {
        startInVain();
        starts++;
        await("it is ready", () -> readyLines() == starts);
    }

    /** After {@link #kill}; the daemon will not serve. */
    void startInVain() {
        container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    }

    private long readyLines() {
        return container.getLogs(OutputType.STDOUT).lines().filter("ready"::equals).count();
    }

    void disconnect() {
        lan.disconnect(container.getContainerId());
    }

    /** After {@link #disconnect}; the interface has the same name and address as before. */
    void connect() throws Exception {
        connectAs(address);
        // Docker 20 goes on counting: eth1, eth2 ...
        run("sh", "-c", RENAME).assertOk();
    }

    void connectAs(String newAddress) {
        lan.connect(container.getContainerId(), newAddress);
    }

    ContainerHost awaitLog(String part) {
        await("it logs " + part, () -> log().contains(part));
        return this;
    }

    String log() {
        return container.getLogs(OutputType.STDERR);
    }

    private void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, () -> "in vain until " + what + "\n" + log());
            LockSupport.parkNanos(POLL_NS);
        }
    }

    @Override
    public void close() {
        container.stop();
    }
}
