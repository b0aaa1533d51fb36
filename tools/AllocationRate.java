// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Tells of flight recordings how much garbage each thread makes in a second, and where, and how
 * long collections paused: {@code java tools/AllocationRate.java RECORDING...}. The recordings are
 * made with {@code tools/allocation.jfc}. What a daemon does in its first seconds is left out.
 */
final class AllocationRate {
    private static final long START_MS = 4_000;
    private static final int SITES_MAX = 6;
    private static final int FRAMES_MAX = 5;

    private final List<RecordedEvent> events;

    private AllocationRate(List<RecordedEvent> events) {
        Instant begin =
                events.stream()
                        .map(RecordedEvent::getStartTime)
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
        this.events =
                events.stream()
                        .filter(event -> ms(begin, event.getStartTime()) > START_MS)
                        .toList();
    }

    public static void main(String[] recordings) throws IOException {
        for (String recording : recordings) {
            System.out.println(recording);
            AllocationRate rate =
                    new AllocationRate(RecordingFile.readAllEvents(Path.of(recording)));
            rate.printThreads();
            rate.printSites();
            rate.printPauses();
        }
    }

    private static long ms(Instant from, Instant to) {
        return Duration.between(from, to).toMillis();
    }

    private List<RecordedEvent> named(String... names) {
        List<String> wanted = List.of(names);
        return events.stream()
                .filter(event -> wanted.contains(event.getEventType().getName()))
                .toList();
    }

    /** Between the first and the last time that the JVM was asked. */
    private void printThreads() {
        Map<String, List<RecordedEvent>> threads =
                named("jdk.ThreadAllocationStatistics").stream()
                        .filter(event -> event.getThread("thread") != null)
                        .collect(
                                Collectors.groupingBy(
                                        event -> event.getThread("thread").getJavaName() + "",
                                        TreeMap::new,
                                        Collectors.toList()));
        threads.forEach(
                (name, samples) -> {
                    RecordedEvent first = samples.get(0);
                    RecordedEvent last = samples.get(samples.size() - 1);
                    long bytes = last.getLong("allocated") - first.getLong("allocated");
                    long passedMs = ms(first.getStartTime(), last.getStartTime());
                    if (bytes > 0) {
                        System.out.printf(
                                "  %-24s %,12d bytes a second%n", name, bytes * 1000 / passedMs);
                    }
                });
    }

    /** The JVM tells of an object for each buffer of many that a thread gets. */
    private void printSites() {
        Map<String, Long> sites =
                named("jdk.ObjectAllocationInNewTLAB", "jdk.ObjectAllocationOutsideTLAB").stream()
                        .filter(event -> event.getThread() != null)
                        .collect(
                                Collectors.groupingBy(AllocationRate::site, Collectors.counting()));
        sites.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(SITES_MAX)
                .forEach(site -> System.out.printf("  %4dx %s%n", site.getValue(), site.getKey()));
    }

    private static String site(RecordedEvent event) {
        RecordedStackTrace stack = event.getStackTrace();
        String frames =
                stack == null
                        ? ""
                        : stack.getFrames().stream()
                                .limit(FRAMES_MAX)
                                .map(frame -> frame.getMethod())
                                .map(
                                        method ->
                                                method.getType().getName().replaceAll(".*\\.", "")
                                                        + "."
                                                        + method.getName())
                                .collect(Collectors.joining(" < "));
        return event.getThread().getJavaName()
                + ": "
                + event.getClass("objectClass").getName()
                + " by "
                + frames;
    }

    private void printPauses() {
        for (RecordedEvent event : named("jdk.GarbageCollection")) {
            System.out.printf(
                    "  collection: %s, pause %.2f ms%n",
                    event.getString("cause"), event.getDuration("sumOfPauses").toNanos() / 1e6);
        }
    }
}
