// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script, with a java program that only tells how it was called. */
class LauncherTest {
    private static final String TELL_PID_AND_ARGUMENTS =
            "#!/bin/sh\necho \"pid=$$\"\nfor argument; do echo \"$argument\"; done\n";

    /** With a space, as a home folder may have. */
    @TempDir(factory = FolderWithSpace.class)
    private Path folder;

    private Path root;

    private record Outcome(int exitStatus, long pid, List<String> lines) {}

    @BeforeEach
    void copyCheckout() throws IOException {
        root = folder.resolve("checkout");
        Files.createDirectories(root.resolve("bin"));
        for (String file : List.of("vrio", "jvm.options", "jvm-24.options")) {
            Files.copy(
                    SourceTree.root().resolve("bin").resolve(file),
                    root.resolve("bin").resolve(file),
                    StandardCopyOption.COPY_ATTRIBUTES);
        }
        Files.createDirectories(root.resolve("cli/src"));
        Files.createDirectories(root.resolve("cli/target"));
        Files.createFile(root.resolve("cli/target/vrio-cli-1.jar"));
        Files.createDirectory(root.resolve("cli/target/lib"));
        Files.createFile(root.resolve("cli/target/lib/a.jar"));
    }

    @Test
    void shouldStayOneProcess() throws Exception {
        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17.0.15")));

        assertTrue(outcome.lines().contains("pid=" + outcome.pid()), outcome.toString());
    }

    @Test
    void shouldFindTheCheckoutThroughLinks() throws Exception {
        Path toFolder = Files.createSymbolicLink(folder.resolve("elsewhere"), root);
        Path toScript =
                Files.createSymbolicLink(folder.resolve("vrio"), toFolder.resolve("bin/vrio"));

        Outcome outcome = run(toScript, Map.of("VRIO_JAVA", jdk("17.0.15")));

        assertTrue(
                outcome.lines()
                        .contains(
                                root
                                        + "/cli/target/vrio-cli-1.jar:"
                                        + root
                                        + "/cli/target/lib/a.jar"),
                outcome.toString());
    }

    @Test
    void shouldPassArgumentsUnchanged() throws Exception {
        Outcome outcome =
                run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17")), "a b", "*", "");

        assertEquals(
                List.of("io.vrio.cli.Vrio", "a b", "*", ""),
                outcome.lines().subList(outcome.lines().size() - 4, outcome.lines().size()));
    }

    @Test
    void shouldGiveNewFlagsToNewVersions() throws Exception {
        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("25.0.1")));

        assertTrue(outcome.lines().contains("@" + root + "/bin/jvm-24.options"));
    }

    @Test
    void shouldNotGiveNewFlagsToOldVersions() throws Exception {
        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17.0.15")));

        assertTrue(outcome.lines().contains("@" + root + "/bin/jvm.options"));
        assertFalse(outcome.lines().contains("@" + root + "/bin/jvm-24.options"));
    }

    @Test
    void shouldLetTheOperatorsOptionsWin() throws Exception {
        Outcome outcome =
                run(
                        root.resolve("bin/vrio"),
                        Map.of("VRIO_JAVA", jdk("17"), "VRIO_JAVA_OPTS", "-Xmx1g -Da=b"));

        int last = outcome.lines().indexOf("-Da=b");
        assertEquals("-Xmx1g", outcome.lines().get(last - 1));
        assertTrue(outcome.lines().indexOf("@" + root + "/bin/jvm.options") < last - 1);
    }

    @Test
    void shouldPreferItsOwnVariableToJavaHome() throws Exception {
        Outcome outcome =
                run(
                        root.resolve("bin/vrio"),
                        Map.of("VRIO_JAVA", jdk("17"), "JAVA_HOME", folder.toString()));

        assertEquals(0, outcome.exitStatus(), outcome.toString());
    }

    @Test
    void shouldTakeJavaHome() throws Exception {
        String java = jdk("25");
        Path home = Path.of(java).getParent().getParent();

        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("JAVA_HOME", home.toString()));

        assertTrue(outcome.lines().contains("@" + root + "/bin/jvm-24.options"));
    }

    @Test
    void shouldRefuseTooOldJava() throws Exception {
        String java = jdk("11.0.2");

        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", java));

        assertEquals(
                List.of("vrio: " + java + " is Java 11: Java 17 or later is needed"),
                outcome.lines());
        assertEquals(1, outcome.exitStatus());
    }

    @Test
    void shouldNameAJavaThatIsNotThere() throws Exception {
        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", "/nowhere/java"));

        assertEquals(
                List.of(
                        "vrio: no java at /nowhere/java: install a JDK 17 or later, or set VRIO_JAVA"),
                outcome.lines());
    }

    @Test
    void shouldSayHowToBuild() throws Exception {
        Files.delete(root.resolve("cli/target/vrio-cli-1.jar"));

        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17")));

        assertEquals(List.of("vrio: not built yet: run make build"), outcome.lines());
        assertEquals(1, outcome.exitStatus());
    }

    @Test
    void shouldRunInstalled() throws Exception {
        Files.move(root.resolve("cli/target"), root.resolve("lib"));
        Files.delete(root.resolve("cli/src"));
        Files.delete(root.resolve("cli"));

        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17")));

        assertTrue(outcome.lines().contains(root + "/lib/vrio-cli-1.jar"), outcome.toString());
    }

    @Test
    void shouldUseTheClassDataArchive() throws Exception {
        Path archive = Files.createFile(root.resolve("cli/target/vrio.jsa"));

        Outcome outcome = run(root.resolve("bin/vrio"), Map.of("VRIO_JAVA", jdk("17")));

        assertTrue(outcome.lines().contains("-XX:SharedArchiveFile=" + archive));
    }

    /** Returns the java program of a JDK that claims this version. */
    private String jdk(String version) throws IOException {
        Path home = Files.createDirectories(folder.resolve("jdk-" + version));
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"nobody\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, TELL_PID_AND_ARGUMENTS);
        assertTrue(java.toFile().setExecutable(true));
        return java.toString();
    }

    private Outcome run(Path script, Map<String, String> environment, String... arguments)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(script.toString());
        builder.command().addAll(List.of(arguments));
        builder.directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("JAVA_HOME", "VRIO_JAVA_OPTS"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), process.pid(), output.lines().toList());
    }
}
