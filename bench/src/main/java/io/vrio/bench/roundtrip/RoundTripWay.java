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
public enum RoundTripWay {
    LOCAL("vrio-local", "vrio local -> tap, on the guest's host", 0),
    REMOTE("vrio", "vrio server -> vrio iohyp -> tap, on the I/O host", 1),
    XDP("vrio-xdp", "the same, short frames by AF_XDP at both ends", 2);

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
            case REMOTE, XDP -> List.of(iohyp(bench), server(bench));
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

    private DaemonCommand iohyp(BenchOptions bench) {
        List<String> words = words(bench, "iohyp", 2);
        words.add("--nic=" + NIC + "=tap:" + tap());
        words.add("--state-dir=" + bench.folder().resolve("roundtrip-iohyp-" + title + ".state"));
        return new DaemonCommand("vrio iohyp", bench.ioNamespace(), words);
    }

    private DaemonCommand server(BenchOptions bench) {
        List<String> words = words(bench, "server", 1);
        words.add("--peer=" + address(2));
        words.add("--nic=" + NIC + "=" + socket(bench));
        words.add("--socket-dir=" + bench.folder());
        words.add("--state-dir=" + bench.folder().resolve("roundtrip-server-" + title + ".state"));
        return new DaemonCommand("vrio server", bench.vmNamespace(), words);
    }

    private String tap() {
        return this == XDP ? "rr-xdp" : "rr-remote";
    }

    /** Of a host on the link between the two: XDP, a matter of a whole interface, has its own. */
    private String address(int host) {
        return "10.77." + (this == XDP ? 2 : 0) + "." + host;
    }

    private List<String> words(BenchOptions bench, String daemon, int host) {
        Path control = bench.folder().resolve("roundtrip-" + daemon + "-" + title + ".control");
        return new ArrayList<>(
                List.of(
                        bench.vrio().toString(),
                        daemon,
                        this == XDP ? "--interface=direct1" : "--interface=direct0",
                        this == XDP ? "--link=xdp" : "--link=packet",
                        "--address=" + address(host),
                        "--control=" + control,
                        "--insecure"));
    }
}
