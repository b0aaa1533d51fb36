// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A way to bring the I/O host's file to the guest, and the commands that do it. */
enum Alternative {
    QSD_NBDKIT("qsd-nbdkit", "qemu-storage-daemon -> NBD over TCP -> nbdkit"),
    QSD_LOCAL("qsd-local", "qemu-storage-daemon on the file itself, no network"),
    VRIO("vrio", "vrio server -> vrio iohyp"),
    VRIO_SEALED("vrio-sealed", "vrio server -> vrio iohyp, with a key: every message sealed"),
    VRIO_XDP("vrio-xdp", "vrio server -> vrio iohyp, short frames by AF_XDP at both ends"),
    VRIO_LOCAL("vrio-local", "vrio local on the file itself, no network");

    private static final String NBD_PORT = "10809";
    private static final String PORT = "8746";

    /** Both kinds of IOhyp are there at the same time, on one address. */
    private static final String SEALED_PORT = "8747";

    private final String title;
    private final String description;

    Alternative(String title, String description) {
        this.title = title;
        this.description = description;
    }

    /** What its commands need to know. */
    record Place(Network network, Path disk, Path folder, Path vrio) {
        Path file(String name) {
            return folder.resolve(name);
        }

        /** Keys of servers, that of this one included, as bench/run has made them. */
        Path keys() {
            return folder.resolveSibling("keys");
        }
    }

    static Alternative titled(String title) {
        return Arrays.stream(values())
                .filter(alternative -> alternative.title.equals(title))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no alternative "
                                                + title
                                                + "; there are "
                                                + Arrays.stream(values())
                                                        .map(Alternative::title)
                                                        .toList()));
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }

    /** Where its vhost-user socket will be. */
    Path socket(Place place) {
        return place.file(title + ".sock");
    }

    /** Its daemons, in the order of their start. */
    List<DaemonCommand> commands(Place place) {
        return switch (this) {
            case QSD_NBDKIT -> List.of(nbdkit(place), storageDaemon(place, nbdDisk(place)));
            case QSD_LOCAL -> List.of(storageDaemon(place, fileDisk(place)));
            case VRIO, VRIO_SEALED, VRIO_XDP -> List.of(iohyp(place), server(place));
            case VRIO_LOCAL -> List.of(local(place));
        };
    }

    private static DaemonCommand nbdkit(Place place) {
        Network.End end = place.network().ioHost();
        Path ready = place.file("nbdkit.pid");
        List<String> words =
                List.of(
                        "nbdkit",
                        "--foreground",
                        "--pidfile=" + ready,
                        "--ipaddr=" + end.address(),
                        "--port=" + NBD_PORT,
                        "file",
                        place.disk().toString());
        return new DaemonCommand("nbdkit", end.namespace(), words, ready);
    }

    /** Without reconnect-delay, one lost connection would fail every later request. */
    private static String nbdDisk(Place place) {
        return "driver=nbd,node-name=disk,reconnect-delay=20,server.type=inet,server.host="
                + place.network().ioHost().address()
                + ",server.port="
                + NBD_PORT;
    }

    /** Without a lock, because the other alternatives have the file open as well. */
    private static String fileDisk(Place place) {
        return "driver=file,node-name=disk,locking=off,filename=" + place.disk();
    }

    private DaemonCommand storageDaemon(Place place, String disk) {
        Path ready = place.file(title + ".pid");
        List<String> words =
                List.of(
                        "qemu-storage-daemon",
                        "--blockdev",
                        disk,
                        "--export",
                        "type=vhost-user-blk,id=export,node-name=disk,writable=on,num-queues=1,"
                                + "addr.type=unix,addr.path="
                                + socket(place),
                        "--pidfile",
                        ready.toString());
        String role = "qemu-storage-daemon";
        return new DaemonCommand(role, place.network().vmHost().namespace(), words, ready);
    }

    private DaemonCommand iohyp(Place place) {
        Network.End end = place.network().ioHost();
        List<String> words =
                List.of(
                        place.vrio().toString(),
                        "iohyp",
                        "--interface=" + end.interfaceName(),
                        "--address=" + end.address(),
                        "--link=" + link(),
                        "--disk=bench=file:" + place.disk(),
                        "--port=" + port(),
                        "--state-dir=" + place.file(title + ".state"),
                        "--control=" + iohypControl(place),
                        trust(place.keys()));
        return new DaemonCommand("vrio iohyp", end.namespace(), words)
                .listeningOn(iohypControl(place));
    }

    private DaemonCommand server(Place place) {
        Network.End end = place.network().vmHost();
        List<String> words =
                List.of(
                        place.vrio().toString(),
                        "server",
                        "--interface=" + end.interfaceName(),
                        "--address=" + end.address(),
                        "--link=" + link(),
                        "--peer=" + place.network().ioHost().address() + ":" + port(),
                        "--name=bench",
                        "--disk=bench=" + socket(place),
                        "--socket-dir=" + place.folder(),
                        "--control=" + serverControl(place),
                        trust(place.keys().resolve("bench.key")));
        return new DaemonCommand("vrio server", end.namespace(), words).listeningOn(socket(place));
    }

    /** Where its daemons can be asked for their counters; nowhere unless they are vRIO's. */
    List<Path> controls(Place place) {
        return switch (this) {
            case VRIO, VRIO_SEALED, VRIO_XDP -> List.of(serverControl(place), iohypControl(place));
            case QSD_NBDKIT, QSD_LOCAL, VRIO_LOCAL -> List.of();
        };
    }

    private Path serverControl(Place place) {
        return place.file(title + ".server.control");
    }

    private Path iohypControl(Place place) {
        return place.file(title + ".iohyp.control");
    }

    /** Whether it has a link of its own: XDP is a matter of a whole interface. */
    boolean isApart() {
        return this == VRIO_XDP;
    }

    private String link() {
        return this == VRIO_XDP ? "xdp" : "packet";
    }

    private boolean isSealed() {
        return this == VRIO_SEALED;
    }

    private String port() {
        return isSealed() ? SEALED_PORT : PORT;
    }

    private String trust(Path keys) {
        return isSealed() ? "--key-file=" + keys : "--insecure";
    }

    private DaemonCommand local(Place place) {
        List<String> words =
                List.of(
                        place.vrio().toString(),
                        "local",
                        "--socket-path=" + socket(place),
                        "--blk-file=" + place.disk());
        return new DaemonCommand("vrio local", place.network().vmHost().namespace(), words)
                .listeningOn(socket(place));
    }
}
