// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.hook;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Environment;
import io.vrio.bench.RoundsOption;
import io.vrio.bench.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures how long libvirt waits for the hook of a domain. Started by {@code bench/run}, which
 * makes the namespaces. Exits 1 when a call failed, never for being slow.
 */
@Command(name = "bench/run hook", sortOptions = false, usageHelpWidth = 100)
final class HookBench implements Callable<Integer> {
    /** Calls that are not counted: the daemons' JVMs compile meanwhile. */
    private static final int WARM_UP_ROUNDS = 20;

    @Option(
            names = "--devices",
            paramLabel = "N",
            description = "of the domain, half of them disks; default ${DEFAULT-VALUE}")
    private int devices = 8;

    @Mixin private RoundsOption rounds = new RoundsOption(200);

    @Option(names = "--hook", hidden = true)
    private Path hook;

    @Mixin private BenchOptions bench;

    /** What is measured, by the words of the report, in the order it is done in a round. */
    private final Map<String, List<Double>> calls = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        BenchOptions.run(new HookBench(), arguments);
    }

    @Override
    public Integer call() throws IOException {
        Map<String, String> environment = bench.environment();
        environment.put("perl", Environment.run("perl", "-e", "print $^V"));
        environment.put(
                "runs",
                "%d calls each, after %d that warm up".formatted(rounds.rounds(), WARM_UP_ROUNDS));
        HookSite.Place place =
                new HookSite.Place(
                        bench.vmNamespace(),
                        bench.ioNamespace(),
                        bench.folder(),
                        bench.vrio(),
                        hook);
        try (HookSite site = new HookSite(place, devices)) {
            measure(site);
        }
        Map<String, Object> results = Map.of("environment", environment, "milliseconds", calls);
        bench.write("hook-", results, text(environment));
        return 0;
    }

    private void measure(HookSite site) throws IOException {
        Path ours =
                Files.writeString(bench.folder().resolve("ours.xml"), domain(site.socketFolder()));
        Path others =
                Files.writeString(bench.folder().resolve("others.xml"), domain(Path.of("/srv")));
        for (int round = 0; round < WARM_UP_ROUNDS + rounds.rounds(); round++) {
            if (round == WARM_UP_ROUNDS) {
                calls.clear();
            }
            note("prepare, all devices made", site.run("prepare", ours));
            note("prepare, all devices there", site.run("prepare", ours));
            note("restore", site.run("restore", ours));
            note("release", site.run("release", ours));
            note("prepare of a domain of others", site.run("prepare", others));
        }
    }

    private void note(String call, double ms) {
        calls.computeIfAbsent(call, key -> new ArrayList<>()).add(ms);
    }

    /** As long as that of a guest as people have it. */
    private String domain(Path sockets) {
        StringBuilder elements = new StringBuilder();
        for (int i = 0; i < devices; i++) {
            String element = i % 2 == 0 ? "disk" : "interface";
            elements.append(
                    """
                        <%s type='vhostuser'>
                          <source type='unix' path='%s/%s.sock' mode='client'>
                            <reconnect enabled='yes' timeout='1'/>
                          </source>
                        </%s>
                    """
                            .formatted(element, sockets, HookSite.name(i), element));
        }
        String filler = "    <controller type='pci' model='pcie-root-port'/>\n".repeat(100);
        return """
               <domain type='kvm'>
                 <name>guest</name>
                 <uuid>6c0a4d3e-6f9f-4c52-8a2a-0a8b3a0c9a11</uuid>
                 <devices>
               %s%s  </devices>
               </domain>
               """
                .formatted(elements, filler);
    }

    private String text(Map<String, String> environment) {
        StringBuilder text = new StringBuilder();
        environment.forEach((name, value) -> text.append(name + ": " + value + "\n"));
        text.append(
                "\n| call, with %d devices | least / median / most ms |\n|---|---|\n"
                        .formatted(devices));
        calls.forEach(
                (call, ms) -> {
                    Spread spread = Spread.of(ms.stream().mapToDouble(Double::doubleValue));
                    text.append("| " + call + " | " + spread.format("%.1f") + " |\n");
                });
        return text.toString();
    }
}
