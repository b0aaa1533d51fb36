// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What bench/run tells every benchmark of disks: what it has made for it. */
final class SiteOptions {
    @Option(names = "--vm-namespace", hidden = true, defaultValue = "")
    private String vmNamespace;

    @Option(names = "--io-namespace", hidden = true, defaultValue = "")
    private String ioNamespace;

    @Option(names = "--loss-namespace", hidden = true, defaultValue = "")
    private String lossNamespace;

    @Option(names = "--disk", hidden = true)
    private Path disk;

    @Option(names = "--folder", hidden = true)
    private Path folder;

    @Option(names = "--vrio", hidden = true)
    private Path vrio;

    @Option(names = "--command", hidden = true, defaultValue = "bench/run")
    private String command;

    @Option(names = "--commit", hidden = true, defaultValue = "unknown")
    private String commit;

    private Campaign.Site made;

    String command() {
        return command;
    }

    String commit() {
        return commit;
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
                network("lossy0", 1, "a bridge between, offloads off on every port"),
                new Loss(lossNamespace),
                new Disks(Disk.of(disk)),
                folder,
                vrio);
    }

    /** The names and addresses that bench/run has given. */
    private Network network(String interfaceName, int subnet, String description) {
        return new Network(
                new Network.End(vmNamespace, interfaceName, "10.77." + subnet + ".1"),
                new Network.End(ioNamespace, interfaceName, "10.77." + subnet + ".2"),
                description);
    }
}
