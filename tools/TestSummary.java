// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Ends a test run: lists the skipped tests with their reasons and the failed ones, then counts over
 * all modules. Run from the project's root as {@code java tools/TestSummary.java}; exits 1 when a
 * test failed or none ran.
 */
final class TestSummary {
    private final List<String> failed = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private int passed;

    public static void main(String[] arguments) throws Exception {
        TestSummary summary = new TestSummary();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(Path.of(""))) {
            for (Path module : modules) {
                summary.addModule(module.resolve("target/surefire-reports"));
            }
        }
        System.exit(summary.print() ? 0 : 1);
    }

    private void addModule(Path reports) throws Exception {
        if (!Files.isDirectory(reports)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
            for (Path file : files) {
                addReport(file);
            }
        }
    }

    private void addReport(Path file) throws Exception {
        Document report =
                DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        NodeList cases = report.getElementsByTagName("testcase");
        for (int index = 0; index < cases.getLength(); index++) {
            addCase((Element) cases.item(index));
        }
    }

    private void addCase(Element testCase) {
        String name = testCase.getAttribute("classname") + "." + testCase.getAttribute("name");
        Element skip = child(testCase, "skipped");
        if (skip != null) {
            skipped.add(name + ": " + skipReason(skip));
        } else if (child(testCase, "failure") != null || child(testCase, "error") != null) {
            failed.add(name);
        } else {
            passed++;
        }
    }

    private static Element child(Element parent, String tag) {
        return (Element) parent.getElementsByTagName(tag).item(0);
    }

    /** A disabled test has its reason as an attribute, a failed assumption in its stack trace. */
    private static String skipReason(Element skip) {
        String message = skip.getAttribute("message");
        if (message.isEmpty()) {
            message = skip.getTextContent().strip().lines().findFirst().orElse("no reason given");
        }
        return message.replaceFirst("^org\\.opentest4j\\.TestAbortedException: ", "")
                .replaceFirst("^Assumption failed: ", "");
    }

    private boolean print() throws IOException {
        print("Skipped:", skipped);
        print("Failed:", failed);
        System.out.println();
        System.out.printf(
                "%d passed, %d failed, %d skipped%n", passed, failed.size(), skipped.size());
        return failed.isEmpty() && passed > 0;
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
