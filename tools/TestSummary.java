// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Ends a test run: lists the skipped tests with their reasons and the failed ones, then counts over
 * all modules. Run from the project's root as {@code java tools/TestSummary.java}, on the files
 * that the test fixture OutcomeRecorder wrote; exits 1 when a test failed or none ran.
 */
final class TestSummary {
    private final Map<String, List<String>> linesByOutcome = new TreeMap<>();

    public static void main(String[] arguments) throws IOException {
        TestSummary summary = new TestSummary();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(""))) {
            for (Path module : modules) {
                summary.addModule(module.resolve("target/test-outcomes"));
            }
        }
        summary.print();
        System.exit(summary.lines("failed").isEmpty() && summary.hasRun() ? 0 : 1);
    }

    private void addModule(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.tsv")) {
            for (Path file : files) {
                Files.readAllLines(file).forEach(this::addLine);
            }
        }
    }

    private void addLine(String line) {
        String[] fields = line.split("\t", 3);
        String reason = fields.length < 3 || fields[2].isEmpty() ? "no reason given" : fields[2];
        lines(fields[0]).add(fields[1] + ": " + reason.replaceFirst("^Assumption failed: ", ""));
    }

    private List<String> lines(String outcome) {
        return linesByOutcome.computeIfAbsent(outcome, unused -> new ArrayList<>());
    }

    private boolean hasRun() {
        return !lines("passed").isEmpty();
    }

    private void print() {
        List<String> skipped = new ArrayList<>(lines("skipped"));
        // From tools/with-docker: many tests have one reason, and it must not be overlooked.
        String whyNoDocker = System.getenv("VRIO_NO_DOCKER");
        if (whyNoDocker != null) {
            skipped.add("SKIPPED: containers (" + whyNoDocker + ")");
        }
        print("Skipped:", skipped);
        print("Failed:", lines("failed"));
        System.out.println();
        if (!hasRun()) {
            System.out.println("no test ran to its end");
        }
        System.out.printf(
                "%d passed, %d failed, %d skipped%n",
                lines("passed").size(), lines("failed").size(), lines("skipped").size());
    }

    private static void print(String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        System.out.println();
        System.out.println(title);
        lines.stream().sorted().forEach(line -> System.out.println("  " + line));
    }
}
