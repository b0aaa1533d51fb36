// SPDX-License-Identifier: Apache-2.0
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs one test class of the class path, given by its simple name, without Maven. Ends with 0 when
 * its tests have passed, with 3 when one has failed, and with 2 when there are none.
 */
final class RunTest {
    /** Not 1, with which a JVM ends for reasons of its own. */
    private static final int FAILED = 3;

    private static final int NO_TESTS = 2;

    private RunTest() {}

    public static void main(String[] arguments) throws IOException {
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(fullName(arguments[0])))
                        .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, listener);
        listener.getSummary().printFailuresTo(new PrintWriter(System.out));
        boolean hasRun = listener.getSummary().getTestsStartedCount() > 0;
        boolean hasFailed = listener.getSummary().getTotalFailureCount() > 0;
        System.exit(hasFailed ? FAILED : hasRun ? 0 : NO_TESTS);
    }

    private static String fullName(String simpleName) throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path folder = Path.of(entry);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    Path found =
                            files.filter(file -> file.endsWith(simpleName + ".class"))
                                    .findAny()
                                    .orElse(null);
                    if (found != null) {
                        String name = folder.relativize(found).toString();
                        return name.replace(".class", "").replace(File.separatorChar, '.');
                    }
                }
            }
        }
        throw new IllegalArgumentException("no test " + simpleName + " in the class path");
    }
}
