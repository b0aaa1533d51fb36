// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import java.util.List;

/** What grows. */
enum Growth {
    DEPTH(
            "depth",
            "depth",
            "requests in flight on one disk",
            0,
            List.of(1, 2, 4, 8, 16, 32, 64, 128, 256)),
    DEVICES(
            "devices",
            "devices",
            "disks of one server, each with a guest",
            4,
            List.of(1, 4, 16, 64, 256)),
    IDLE(
            "idle",
            "idle devices beside one in use",
            "disks of one server, each with a guest, one in use",
            1,
            List.of(1, 16, 64, 256)),
    HOSTS("hosts", "hosts", "hosts with a server and a disk each", 8, List.of(1, 2, 4, 8, 16, 32));

    private final String title;
    private final String wanted;
    private final String description;
    private final int depth;
    private final List<Integer> sizes;

    Growth(String title, String wanted, String description, int depth, List<Integer> sizes) {
        this.title = title;
        this.wanted = wanted;
        this.description = description;
        this.depth = depth;
        this.sizes = sizes;
    }

    String title() {
        return title;
    }

    /** What the rate is not to fall with. */
    String wanted() {
        return wanted;
    }

    String description() {
        return description;
    }

    /** Steps, ascending. */
    List<Integer> sizes() {
        return sizes;
    }

    /** Of these disks, those that are read. */
    <T> List<T> used(List<T> disks) {
        return this == IDLE ? disks.subList(0, 1) : disks;
    }

    /** Requests in flight on each disk. */
    int depth(int size) {
        return this == DEPTH ? size : depth;
    }
}
