// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.hook;

import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server and an IOhyp with as many disks as NICs, and the hook as libvirt calls it. */
final class HookSite implements AutoCloseable {
    private final Path folder;
    private final Path hook;
    private final Daemon iohyp;
    private final Daemon server;

    /** What {@code bench/run} has made. */
    record Place(String vmNamespace, String ioNamespace, Path folder, Path vrio, Path hook) {}

    HookSite(Place place, int devices) throws IOException {
        folder = place.folder();
        hook = place.hook();
        Files.writeString(
                folder.resolve("hook.conf"),
                "control=%s/server.control%nsockets=%s%n".formatted(folder, folder));
        iohyp = Daemon.start(iohyp(place, devices), folder.resolve("iohyp.log"));
        try {
            server = Daemon.start(server(place), folder.resolve("server.log"));
        } catch (RuntimeException e) {
            iohyp.close();
            throw e;
        }
    }

    private static DaemonCommand iohyp(Place place, int devices) {
        List<String> words =
                words(place, "iohyp", "10.77.0.2", "--state-dir=" + place.folder() + "/state");
        for (int i = 0; i < devices; i++) {
            words.add(
                    i % 2 == 0
                            ? "--disk=" + name(i) + "=ram:1M"
                            : "--nic=" + name(i) + "=switch:lan");
        }
        return new DaemonCommand("vrio iohyp", place.ioNamespace(), words);
    }

    private static DaemonCommand server(Place place) {
        List<String> words = words(place, "server", "10.77.0.1", "--socket-dir=" + place.folder());
        words.add("--peer=10.77.0.2");
        return new DaemonCommand("vrio server", place.vmNamespace(), words);
    }

    private static List<String> words(Place place, String daemon, String address, String option) {
        return new ArrayList<>(
                List.of(
                        place.vrio().toString(),
                        daemon,
                        "--interface=direct0",
                        "--address=" + address,
                        "--control=" + place.folder().resolve(daemon + ".control"),
                        "--insecure",
                        option));
    }

    static String name(int device) {
        return "device" + device;
    }

    Path socketFolder() {
        return folder;
    }

    /**
     * Calls the hook.
     *
     * @return milliseconds from before it is started until it has ended
     * @throws IllegalStateException with what it said, when it failed
     */
    double run(String operation, Path xml) throws IOException {
        Path said = folder.resolve("hook.err");
        ProcessBuilder builder =
                new ProcessBuilder(hook.toString(), "guest", operation, "begin", "-")
                        .redirectInput(xml.toFile())
                        .redirectOutput(folder.resolve("hook.out").toFile())
                        .redirectError(said.toFile());
        builder.environment().put("VRIO_HOOK_CONF", folder.resolve("hook.conf").toString());
        long beginNs = System.nanoTime();
        Process process = builder.start();
        int status = await(process);
        double ms = (System.nanoTime() - beginNs) / 1e6;
        if (status != 0 || Files.size(said) > 0) {
            throw new IllegalStateException(operation + ": " + Files.readString(said).strip());
        }
        return ms;
    }

    private static int await(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        server.close();
        iohyp.close();
    }
}
