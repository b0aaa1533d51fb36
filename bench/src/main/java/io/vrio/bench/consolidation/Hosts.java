// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.ManyHosts;
import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Four hosts with a guest each, and whoever serves their disks. */
final class Hosts implements AutoCloseable {
    /** Requests of a host at a time, over all of its disks. */
    static final int DEPTH = 32;

    private static final long CAPACITY = 64L << 20;
    private static final GuestOptions GUEST =
            GuestOptions.DEFAULT.withMemory(8L << 20).withSlots(DEPTH, 4096);

    private final Side side;
    private final Pattern pattern;
    private final int workUs;
    private final BenchOptions bench;
    private final ManyHosts hosts;
    private final List<Daemon> sidecores = new ArrayList<>();
    private final List<Daemon> servers = new ArrayList<>();
    private final List<BlockGuest> guests = new ArrayList<>();
    private final List<Disk> disks = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** A disk that is used, and the guest's side of it. */
    private record Disk(int host, DiskLoad load) {}

    Hosts(Side side, Pattern pattern, int workUs, BenchOptions bench, ManyHosts hosts) {
        this.side = side;
        this.pattern = pattern;
        this.workUs = workUs;
        this.bench = bench;
        this.hosts = hosts;
        try {
            switch (side) {
                case LOCAL -> startLocals();
                case SHARED -> startShared();
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void startLocals() {
        for (int host = 0; host < Pattern.HOSTS; host++) {
            Path socket = file("local" + host + ".sock");
            List<String> words =
                    List.of(
                            bench.vrio().toString(),
                            "local",
                            "--socket-path=" + socket,
                            "--backend=" + backend());
            start(sidecores, new DaemonCommand("vrio local " + host, hosts.name(host), words));
            connect(host, socket, DEPTH);
        }
    }

    private void startShared() {
        List<String> words =
                hosts.iohyp(bench, "consolidation", "--workers=" + pattern.sharedWorkers());
        for (int host = 0; host < Pattern.HOSTS; host++) {
            for (int disk = 0; disk < pattern.sharedDisks(host); disk++) {
                words.add("--disk=" + diskName(host, disk) + "=" + backend());
            }
        }
        start(sidecores, new DaemonCommand("vrio iohyp", bench.ioNamespace(), words));
        for (int host = 0; host < Pattern.HOSTS; host++) {
            startServer(host);
        }
    }

    private void startServer(int host) {
        int count = pattern.sharedDisks(host);
        List<String> words = hosts.server(bench, "consolidation", host, "--workers=" + count);
        for (int disk = 0; disk < count; disk++) {
            words.add("--disk=" + diskName(host, disk) + "=" + socket(host, disk));
        }
        start(servers, new DaemonCommand("vrio server " + host, hosts.name(host), words));
        for (int disk = 0; disk < count; disk++) {
            connect(host, socket(host, disk), DEPTH / count);
        }
    }

    private static String diskName(int host, int disk) {
        return "host" + host + "-" + disk;
    }

    private Path socket(int host, int disk) {
        return file(diskName(host, disk) + ".sock");
    }

    private String backend() {
        return "null:" + CAPACITY + (workUs == 0 ? "" : ",work=" + workUs);
    }

    private Path file(String name) {
        return bench.folder().resolve(name);
    }

    private void start(List<Daemon> list, DaemonCommand command) {
        String log = side.name() + "-" + command.role().replace(' ', '-') + ".log";
        list.add(Daemon.start(command, file(log)));
    }

    private void connect(int host, Path socket, int depth) {
        BlockGuest guest = BlockGuest.connect(socket, GUEST);
        guests.add(guest);
        disks.add(new Disk(host, new DiskLoad(guest.queue(0), depth, CAPACITY, disks.size())));
    }

    Side side() {
        return side;
    }

    /** Limits the workers that execute requests. */
    void limit(CpuShare share) {
        sidecores.forEach(daemon -> share.limit(daemon.pid()));
    }

    List<Daemon> sidecores() {
        return sidecores;
    }

    List<Daemon> daemons() {
        List<Daemon> all = new ArrayList<>(servers());
        all.addAll(sidecores());
        return all;
    }

    List<Daemon> servers() {
        return servers;
    }

    /** Lets all guests do what the pattern has for them; what came of it, by host. */
    List<List<DiskLoad.Outcome>> run(long durationNs) {
        long startNs = System.nanoTime();
        List<List<Future<DiskLoad.Outcome>>> futures = new ArrayList<>();
        for (int host = 0; host < Pattern.HOSTS; host++) {
            futures.add(new ArrayList<>());
        }
        for (Disk disk : disks) {
            int host = disk.host();
            futures.get(host)
                    .add(threads.submit(() -> disk.load().run(pattern, host, startNs, durationNs)));
        }
        return futures.stream().map(all -> all.stream().map(Hosts::outcome).toList()).toList();
    }

    private static DiskLoad.Outcome outcome(Future<DiskLoad.Outcome> future) {
        try {
            return future.get(5, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("a guest does not end its run", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        guests.forEach(BlockGuest::close);
        servers.forEach(Daemon::close);
        sidecores.forEach(Daemon::close);
    }
}
