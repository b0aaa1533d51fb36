// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.testrun;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes the outcome of every test to the module's {@code target/test-outcomes}, one line each:
 * outcome, name and reason, separated by tabs. Found by JUnit as a service, in every module that
 * has our test fixtures; read by {@code tools/TestSummary.java}. Surefire's own reports do not
 * serve: a class that gives up in {@code @BeforeAll} leaves no trace there.
 */
public final class OutcomeRecorder implements TestExecutionListener {
    private static final Path TARGET = Path.of("target");

    private TestPlan plan;
    private Path file;

    @Override
    public void testPlanExecutionStarted(TestPlan startedPlan) {
        plan = startedPlan;
        // Not run by the build, but in an editor perhaps: nobody would read the file.
        if (!Files.isDirectory(TARGET)) {
            return;
        }
        try {
            Path folder = Files.createDirectories(TARGET.resolve("test-outcomes"));
            file = Files.createTempFile(folder, "run", ".tsv");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
        recordEach(identifier, "skipped", reason);
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        String reason = result.getThrowable().map(OutcomeRecorder::reason).orElse("");
        switch (result.getStatus()) {
            case ABORTED -> recordEach(identifier, "skipped", reason);
            case FAILED -> record(identifier, "failed", reason);
            case SUCCESSFUL -> {
                if (identifier.isTest()) {
                    record(identifier, "passed", "");
                }
            }
        }
    }

    /** Whoever skips a class skips its tests; a template counts as one, its cases are unknown. */
    private void recordEach(TestIdentifier identifier, String outcome, String reason) {
        Set<TestIdentifier> children = plan.getChildren(identifier);
        if (children.isEmpty()) {
            record(identifier, outcome, reason);
        }
        children.forEach(child -> recordEach(child, outcome, reason));
    }

    private void record(TestIdentifier identifier, String outcome, String reason) {
        if (file == null) {
            return;
        }
        // One write for each test, so that what a dying JVM had finished is known.
        String line = String.join("\t", outcome, oneLine(name(identifier)), oneLine(reason)) + "\n";
        try {
            Files.writeString(file, line, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String reason(Throwable thrown) {
        return thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
    }

    private static String name(TestIdentifier identifier) {
        String displayName = identifier.getDisplayName();
        return identifier
                .getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(source -> methodName(source, displayName))
                .orElse(identifier.getLegacyReportingName());
    }

    /** The case of a parameterized test is known by its display name alone. */
    private static String methodName(MethodSource source, String displayName) {
        String name = source.getClassName() + "." + source.getMethodName();
        return displayName.startsWith(source.getMethodName() + "(")
                ? name
                : name + " " + displayName;
    }

    private static String oneLine(String text) {
        return Stream.ofNullable(text)
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("")
                .replace('\t', ' ');
    }
}
