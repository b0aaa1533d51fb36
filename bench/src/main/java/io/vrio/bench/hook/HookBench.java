// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.hook;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.bench.Environment;
import io.vrio.bench.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
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

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "starts of the domain that count; default ${DEFAULT-VALUE}")
    private int rounds = 200;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "where table and JSON go; default build/bench")
    private Path output = Path.of("build/bench");

    @Option(names = "--help", usageHelp = true, description = "print this")
    private boolean isHelp;

    @Option(names = "--vm-namespace", hidden = true, defaultValue = "")
    private String vmNamespace;

    @Option(names = "--io-namespace", hidden = true, defaultValue = "")
    private String ioNamespace;

    @Option(names = "--folder", hidden = true)
    private Path folder;

    @Option(names = "--vrio", hidden = true)
    private Path vrio;

    @Option(names = "--hook", hidden = true)
    private Path hook;

    @Option(names = "--command", hidden = true, defaultValue = "bench/run hook")
    private String command;

    @Option(names = "--commit", hidden = true, defaultValue = "unknown")
    private String commit;

    /** What is measured, by the words of the report, in the order it is done in a round. */
    private final Map<String, List<Double>> calls = new LinkedHashMap<>();

    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new HookBench());
        line.setExecutionExceptionHandler(
                (exception, commandLine, parsed) -> {
                    System.err.println("bench: " + exception.getMessage());
                    return 1;
                });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        LocalDateTime date = LocalDateTime.now();
        Map<String, String> environment = Environment.machine(date, commit, command);
        environment.put("perl", Environment.run("perl", "-e", "print $^V"));
        environment.put(
                "runs", "%d calls each, after %d that warm up".formatted(rounds, WARM_UP_ROUNDS));
        HookSite.Place place = new HookSite.Place(vmNamespace, ioNamespace, folder, vrio, hook);
        try (HookSite site = new HookSite(place, devices)) {
            measure(site);
        }
        write(environment, date);
        return 0;
    }

    private void measure(HookSite site) throws IOException {
        Path ours = Files.writeString(folder.resolve("ours.xml"), domain(site.socketFolder()));
        Path others = Files.writeString(folder.resolve("others.xml"), domain(Path.of("/srv")));
        for (int round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
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

    private void write(Map<String, String> environment, LocalDateTime date) throws IOException {
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
        Files.createDirectories(output);
        String name = date.format(DateTimeFormatter.ofPattern("'hook-'yyyy-MM-dd-HHmmss"));
        Files.writeString(output.resolve(name + ".md"), text);
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(
                        output.resolve(name + ".json").toFile(),
                        Map.of("environment", environment, "milliseconds", calls));
        System.out.println(text);
        System.out.println("Written: " + output.resolve(name) + ".{md,json}");
    }
}
