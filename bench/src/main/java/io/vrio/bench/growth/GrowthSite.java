// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.ManyHosts;
import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An IOhyp with servers and guests, of which there may become more. */
final class GrowthSite implements AutoCloseable {
    /**
     * Bytes of a disk: memory, of which reading takes none. Few enough that the warm-up has met all
     * page faults of all disks.
     */
    static final long CAPACITY = 1L << 20;

    private final BenchOptions bench;
    private final ManyHosts hosts;
    private final String name;
    private final GuestOptions guest;
    private final Daemon iohyp;
    private final List<Daemon> servers = new ArrayList<>();
    private final List<BlockGuest> guests = new ArrayList<>();

    /**
     * @param name unique while the benchmark runs: no site finds claims of another
     * @param diskCount of the IOhyp
     * @param slots requests in flight on one disk at most
     */
    GrowthSite(BenchOptions bench, ManyHosts hosts, String name, int diskCount, int slots) {
        this.bench = bench;
        this.name = name;
        this.hosts = hosts;
        guest = GuestOptions.DEFAULT.withMemory(8L << 20).withSlots(slots, 4096);
        List<String> words = hosts.iohyp(bench, name, "--workers=1");
        for (int disk = 0; disk < diskCount; disk++) {
            words.add("--disk=" + disk(disk) + "=ram:" + CAPACITY);
        }
        DaemonCommand command = new DaemonCommand("vrio iohyp", bench.ioNamespace(), words);
        iohyp = Daemon.start(command, file(name + "-iohyp.log"));
    }

    private static String disk(int number) {
        return "disk" + number;
    }

    private Path file(String name) {
        return bench.folder().resolve(name);
    }

    /** One more server, on a host of its own, with so many disks and a guest for each. */
    void addServer(int firstDisk, int diskCount) {
        int host = servers.size();
        List<String> words = hosts.server(bench, name, host, "--workers=1");
        for (int disk = firstDisk; disk < firstDisk + diskCount; disk++) {
            words.add("--disk=" + disk(disk));
        }
        DaemonCommand command = new DaemonCommand("vrio server", hosts.name(host), words);
        servers.add(Daemon.start(command, file(name + "-server" + host + ".log")));
        for (int disk = firstDisk; disk < firstDisk + diskCount; disk++) {
            guests.add(BlockGuest.connect(file(disk(disk) + ".sock"), guest));
        }
    }

    Daemon iohyp() {
        return iohyp;
    }

    List<Daemon> daemons() {
        List<Daemon> all = new ArrayList<>(servers);
        all.add(iohyp);
        return all;
    }

    List<Daemon> servers() {
        return servers;
    }

    List<BlockQueue> queues() {
        return guests.stream().map(each -> each.queue(0)).toList();
    }

    @Override
    public void close() {
        guests.forEach(BlockGuest::close);
        servers.forEach(Daemon::close);
        iohyp.close();
    }
}
