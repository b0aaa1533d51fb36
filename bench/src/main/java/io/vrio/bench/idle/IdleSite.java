// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.idle;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server and an IOhyp with many disks, each with a guest that has started its queue. */
final class IdleSite implements AutoCloseable {
    private static final GuestOptions SMALL = GuestOptions.DEFAULT.withMemory(8L << 20);

    private final Path folder;
    private final List<Daemon> daemons = new ArrayList<>();
    private final List<BlockGuest> guests = new ArrayList<>();

    private IdleSite(Path folder) {
        this.folder = folder;
    }

    static IdleSite open(BenchOptions bench, int disks) {
        IdleSite site = new IdleSite(bench.folder());
        try {
            site.start(iohyp(bench, disks));
            site.start(server(bench, disks));
            for (int i = 0; i < disks; i++) {
                site.guests.add(BlockGuest.connect(site.folder.resolve(name(i) + ".sock"), SMALL));
            }
            return site;
        } catch (RuntimeException e) {
            site.close();
            throw e;
        }
    }

    private void start(DaemonCommand command) {
        String log = command.role().replace(' ', '-') + ".log";
        daemons.add(Daemon.start(command, folder.resolve(log)));
    }

    private static DaemonCommand iohyp(BenchOptions bench, int disks) {
        List<String> words = words(bench, "iohyp", "10.77.0.2");
        words.add("--state-dir=" + bench.folder().resolve("state"));
        for (int i = 0; i < disks; i++) {
            words.add("--disk=" + name(i) + "=ram:1M");
        }
        return new DaemonCommand("vrio iohyp", bench.ioNamespace(), words);
    }

    private static DaemonCommand server(BenchOptions bench, int disks) {
        List<String> words = words(bench, "server", "10.77.0.1");
        words.add("--peer=10.77.0.2");
        words.add("--name=bench");
        words.add("--socket-dir=" + bench.folder());
        words.add("--state-dir=" + bench.folder().resolve("server.state"));
        for (int i = 0; i < disks; i++) {
            words.add("--disk=" + name(i));
        }
        return new DaemonCommand("vrio server", bench.vmNamespace(), words);
    }

    private static List<String> words(BenchOptions bench, String daemon, String address) {
        return new ArrayList<>(
                List.of(
                        bench.vrio().toString(),
                        daemon,
                        "--interface=direct0",
                        "--address=" + address,
                        "--control=" + bench.folder().resolve(daemon + ".control"),
                        "--insecure"));
    }

    private static String name(int disk) {
        return "disk" + disk;
    }

    List<Daemon> daemons() {
        return daemons;
    }

    @Override
    public void close() {
        guests.forEach(BlockGuest::close);
        for (int i = daemons.size() - 1; i >= 0; i--) {
            daemons.get(i).close();
        }
    }
}
