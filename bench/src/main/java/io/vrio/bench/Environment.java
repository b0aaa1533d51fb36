// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a number is worthless without: machine, kernel, versions, date and command. */
public final class Environment {
    private Environment() {}

    /** The facts of the machine, to which this adds those of a comparison of disks. */
    static Map<String, String> describe(
            Map<String, String> facts, Schedule schedule, Campaign.Site site) {
        facts.put("qemu-storage-daemon", run("qemu-storage-daemon", "--version"));
        facts.put("nbdkit", run("nbdkit", "--version"));
        for (Alternative alternative : schedule.alternatives()) {
            facts.put(alternative.title(), alternative.description());
        }
        facts.put("link without loss", site.direct().description());
        facts.put("link with loss", site.lossy().description());
        facts.put(
                "runs",
                String.format(
                        "%d rounds of %s s per row and alternative, in alternation; the guest %s;"
                                + " nothing is pinned",
                        schedule.rounds(),
                        Report.number(schedule.seconds()),
                        schedule.isPolling() ? "polls" : "waits for calls"));
        return facts;
    }

    /** The facts that are the same for every benchmark. */
    static Map<String, String> machine(LocalDateTime date, String commit, String command) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("date", date.withNano(0).toString());
        facts.put("commit", commit);
        facts.put("command", command);
        facts.put(
                "machine",
                Runtime.getRuntime().availableProcessors()
                        + " CPUs, "
                        + field("/proc/cpuinfo", "model name")
                        + ", memory "
                        + field("/proc/meminfo", "MemTotal"));
        facts.put("load before", loadAverage());
        facts.put("kernel", run("uname", "-sr"));
        facts.put("Java", Runtime.version().toString());
        return facts;
    }

    private static String field(String file, String name) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Of the last 1, 5 and 15 minutes: whoever else used the machine is in the numbers. */
    private static String loadAverage() {
        try {
            String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
            return fields[0] + " " + fields[1] + " " + fields[2];
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** The first line that a program prints. */
    public static String run(String... words) {
        try {
            Process process = new ProcessBuilder(List.of(words)).redirectErrorStream(true).start();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return output.lines().findFirst().orElse("unknown");
        } catch (IOException e) {
            return "not installed";
        }
    }
}
