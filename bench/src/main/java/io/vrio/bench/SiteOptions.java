// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What bench/run tells every benchmark of disks: what it has made for it. */
final class SiteOptions {
    @Mixin private BenchOptions bench;

    @Option(names = "--loss-namespace", hidden = true, defaultValue = "")
    private String lossNamespace;

    @Option(names = "--disk", hidden = true)
    private Path disk;

    private Campaign.Site made;

    BenchOptions bench() {
        return bench;
    }

    Map<String, String> environment(Schedule schedule) {
        return Environment.describe(bench.environment(), schedule, site());
    }

    Campaign.Site site() {
        if (made == null) {
            made = make();
        }
        return made;
    }

    private Campaign.Site make() {
        return new Campaign.Site(
                network("direct0", 0, "one veth pair, offloads on"),
                network("direct1", 2, "one veth pair, offloads on"),
                network("lossy0", 1, "a bridge between, offloads off on every port"),
                new Loss(lossNamespace),
                new Disks(Disk.of(disk)),
                bench.folder(),
                bench.vrio());
    }

    /** The names and addresses that bench/run has given. */
    private Network network(String interfaceName, int subnet, String description) {
        return new Network(
                new Network.End(bench.vmNamespace(), interfaceName, "10.77." + subnet + ".1"),
                new Network.End(bench.ioNamespace(), interfaceName, "10.77." + subnet + ".2"),
                description);
    }
}
