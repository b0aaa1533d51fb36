// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** VM hosts behind one switch with the I/O host, as bench/many-hosts has made them. */
public final class ManyHosts {
    private static final String IOHYP_ADDRESS = "10.91.0.1";
    private static final int FIRST_HOST = 2;

    @Option(names = "--host-prefix", hidden = true, defaultValue = "")
    private String prefix;

    @Option(names = "--host-count", hidden = true, defaultValue = "0")
    private int count;

    public int count() {
        return count;
    }

    /** The host's namespace. */
    public String name(int host) {
        return prefix + host;
    }

    /** How to start an IOhyp for them; to be followed by its devices. */
    public List<String> iohyp(BenchOptions bench, String name, String... options) {
        List<String> words = words(bench, "iohyp", IOHYP_ADDRESS, name + "-iohyp");
        words.addAll(List.of(options));
        return words;
    }

    /** How to start the server of a host; to be followed by its devices. */
    public List<String> server(BenchOptions bench, String name, int host, String... options) {
        String address = "10.91.0." + (FIRST_HOST + host);
        List<String> words = words(bench, "server", address, name + "-server" + host);
        words.add("--peer=" + IOHYP_ADDRESS);
        words.add("--name=host" + host);
        words.add("--socket-dir=" + bench.folder());
        words.addAll(List.of(options));
        return words;
    }

    private static List<String> words(
            BenchOptions bench, String daemon, String address, String name) {
        Path folder = bench.folder();
        return new ArrayList<>(
                List.of(
                        bench.vrio().toString(),
                        daemon,
                        "--interface=lan0",
                        "--address=" + address,
                        "--control=" + folder.resolve(name + ".control"),
                        "--state-dir=" + folder.resolve(name + ".state"),
                        "--insecure"));
    }
}
