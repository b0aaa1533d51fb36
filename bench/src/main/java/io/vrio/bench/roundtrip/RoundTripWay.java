// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.DaemonCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the guest's NIC is served. Behind either is the same: a tap on a bridge, from which a link
 * leads to a machine of its own (see bench/hosts-local).
 */
enum RoundTripWay {
    LOCAL("vrio-local", "vrio local -> tap, on the guest's host", 0),
    REMOTE("vrio", "vrio server -> vrio iohyp -> tap, on the I/O host", 1);

    private static final String NIC = "guest";

    private final String title;
    private final String description;
    private final int subnet;

    RoundTripWay(String title, String description, int subnet) {
        this.title = title;
        this.description = description;
        this.subnet = subnet;
    }

    String title() {
        return title;
    }

    String description() {
        return description;
    }

    int subnet() {
        return subnet;
    }

    Path socket(BenchOptions bench) {
        return bench.folder().resolve("roundtrip-" + title + ".sock");
    }

    /** Its daemons, in the order of their start. */
    List<DaemonCommand> commands(BenchOptions bench) {
        return switch (this) {
            case LOCAL -> List.of(local(bench));
            case REMOTE -> List.of(iohyp(bench), server(bench));
        };
    }

    private DaemonCommand local(BenchOptions bench) {
        List<String> words =
                List.of(
                        bench.vrio().toString(),
                        "local",
                        "--nic=tap:rr-local",
                        "--socket-path=" + socket(bench));
        return new DaemonCommand("vrio local", bench.vmNamespace(), words);
    }

    private static DaemonCommand iohyp(BenchOptions bench) {
        List<String> words = words(bench, "iohyp", "10.77.0.2");
        words.add("--nic=" + NIC + "=tap:rr-remote");
        words.add("--state-dir=" + bench.folder().resolve("roundtrip-iohyp.state"));
        return new DaemonCommand("vrio iohyp", bench.ioNamespace(), words);
    }

    private DaemonCommand server(BenchOptions bench) {
        List<String> words = words(bench, "server", "10.77.0.1");
        words.add("--peer=10.77.0.2");
        words.add("--nic=" + NIC + "=" + socket(bench));
        words.add("--socket-dir=" + bench.folder());
        words.add("--state-dir=" + bench.folder().resolve("roundtrip-server.state"));
        return new DaemonCommand("vrio server", bench.vmNamespace(), words);
    }

    private static List<String> words(BenchOptions bench, String daemon, String address) {
        Path control = bench.folder().resolve("roundtrip-" + daemon + ".control");
        return new ArrayList<>(
                List.of(
                        bench.vrio().toString(),
                        daemon,
                        "--interface=direct0",
                        "--address=" + address,
                        "--control=" + control,
                        "--insecure"));
    }
}
