// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import io.vrio.it.Programs;
import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An image without programs, imported once in a run: containers bind this machine's {@code /usr},
 * its JDK and the checkout into it, read-only. So no registry is asked, and nothing is copied.
 */
final class TestImage {
    private static final String NAME = "vrio-test:root";

    private static final List<String> FOLDERS =
            List.of("dev", "etc", "proc", "root", "run/vrio", "sys", "tmp", "usr", "var/lib/vrio");
    private static final List<String> LINKS = List.of("bin", "lib", "lib64", "sbin");
    private static boolean isImported;

    private TestImage() {}

    /** Returns the name with the tag, after the image is there. */
    static synchronized String name() throws IOException {
        if (!isImported) {
            importFrom(Files.createTempDirectory("vrio-image"));
            isImported = true;
        }
        return NAME;
    }

    private static void importFrom(Path work) throws IOException {
        Path root = work.resolve("root");
        for (String folder : FOLDERS) {
            Files.createDirectories(root.resolve(folder));
        }
        for (String link : LINKS) {
            Files.createSymbolicLink(root.resolve(link), Path.of("usr", link));
        }
        Files.writeString(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nkvm:x:105:\n");
        Path tar = work.resolve("root.tar");
        Programs.run("tar", "--create", "--file=" + tar, "--directory=" + root, ".");
        Programs.run("docker", "import", tar.toString(), NAME);
        Programs.run("rm", "-r", work.toString());
    }

    /** What every container gets of this machine. */
    static List<Bind> binds() throws IOException {
        List<Bind> binds = new ArrayList<>();
        // Debian's JDK has its configuration in /etc, and reaches it by links.
        for (Path path : List.of(Path.of("/usr"), javaHome(), SourceTree.root())) {
            binds.add(readOnly(path));
        }
        try (Stream<Path> entries = Files.list(Path.of("/etc"))) {
            entries.filter(TestImage::isForPrograms).map(TestImage::readOnly).forEach(binds::add);
        }
        return binds;
    }

    private static boolean isForPrograms(Path path) {
        String name = path.getFileName().toString();
        return name.equals("alternatives") || name.startsWith("java");
    }

    private static Bind readOnly(Path path) {
        return new Bind(path.toString(), new Volume(path.toString()), AccessMode.ro);
    }

    /** The JDK that runs the test. */
    static Path javaHome() {
        return Path.of(System.getProperty("java.home"));
    }
}
