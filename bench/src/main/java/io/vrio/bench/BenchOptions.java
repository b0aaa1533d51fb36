// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What bench/run tells every benchmark: what it has made for it, and where the results go. */
public final class BenchOptions {
    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "where table, JSON and plot go; default build/bench")
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

    @Option(names = "--command", hidden = true, defaultValue = "bench/run")
    private String command;

    @Option(names = "--commit", hidden = true, defaultValue = "unknown")
    private String commit;

    private final LocalDateTime date = LocalDateTime.now();

    /** Does what the arguments say, and ends the process. */
    public static void run(Callable<Integer> bench, String[] arguments) {
        CommandLine line = new CommandLine(bench);
        // What the user says comes after what bench/run says.
        line.setOverwrittenOptionsAllowed(true);
        line.setExecutionExceptionHandler(
                (exception, commandLine, parsed) -> {
                    System.err.println("bench: " + exception.getMessage());
                    return exception instanceof IllegalArgumentException ? 2 : 1;
                });
        System.exit(line.execute(arguments));
    }

    public String vmNamespace() {
        return vmNamespace;
    }

    public String ioNamespace() {
        return ioNamespace;
    }

    /** For sockets, logs and whatever a run leaves until it ends. */
    public Path folder() {
        return folder;
    }

    /** The command that starts the daemons. */
    public Path vrio() {
        return vrio;
    }

    /** What is said of the machine and the run in every report, in this order. */
    public Map<String, String> environment() {
        return Environment.machine(date, commit, command);
    }

    /**
     * Prints the report, and writes it beside all that was measured.
     *
     * @param prefix of the files' names, before the date
     */
    public void write(String prefix, Object results, String text) throws IOException {
        write(prefix, results, text, Map.of());
    }

    /** The same, with a picture. */
    public void write(String prefix, Object results, String text, String svg) throws IOException {
        write(prefix, results, text, Map.of("", svg));
    }

    /**
     * The same, with several pictures.
     *
     * @param svgs by what follows the date in the name of the file
     */
    public void write(String prefix, Object results, String text, Map<String, String> svgs)
            throws IOException {
        Files.createDirectories(output);
        String name = prefix + date.format(DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss"));
        Path json = output.resolve(name + ".json");
        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), results);
        Files.writeString(output.resolve(name + ".md"), text);
        StringBuilder kinds = new StringBuilder(".md,.json");
        for (Map.Entry<String, String> svg : svgs.entrySet()) {
            String ending = svg.getKey() + ".svg";
            Files.writeString(output.resolve(name + ending), svg.getValue());
            kinds.append(',').append(ending);
        }
        System.out.println();
        System.out.println(text);
        System.out.println("Written: " + output.resolve(name) + "{" + kinds + "}");
    }
}
