// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results as text: tables in Markdown, so that they can be put into a document as they are. */
final class Report {
    private static final String RULE = "|---|---|---|---|---|---|---|---|---|---|";

    private final Results results;
    private final Schedule schedule;
    private final StringBuilder text = new StringBuilder();

    Report(Results results, Schedule schedule) {
        this.results = results;
        this.schedule = schedule;
    }

    /** Without a trailing .0 where there is one. */
    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    String text() {
        results.environment().forEach((name, value) -> line("- " + name + ": " + value));
        for (double loss : schedule.lossPercents()) {
            line("");
            line("### Loss " + number(loss) + " %");
            line("");
            table(loss);
        }
        memory();
        verification();
        targets();
        return text.toString();
    }

    private void line(String format, Object... arguments) {
        text.append(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
        text.append('\n');
    }

    private void table(double loss) {
        line(
                "| row | alternative | requests/s min / median / max | MB/s | p50 us | p99 us"
                        + " | p99.9 us | CPU us per request: daemons (guest, machine)"
                        + " | ratio of requests/s | ratio of p50 |");
        line(RULE);
        for (Workload row : schedule.rows()) {
            for (Alternative alternative : schedule.alternatives()) {
                tableRow(loss, row.name(), alternative.title());
            }
        }
    }

    private void tableRow(double loss, String row, String alternative) {
        boolean isReference = alternative.equals(results.reference());
        line(
                "| %s | %s | %s | %.0f | %s | %s | %s | %s | %s | %s |",
                row,
                alternative,
                results.spread(loss, row, alternative, Measurement::requestsPerSecond)
                        .format("%.0f"),
                results.spread(loss, row, alternative, Measurement::megabytesPerSecond).median(),
                us(results.spread(loss, row, alternative, Measurement::p50Us)),
                us(results.spread(loss, row, alternative, Measurement::p99Us)),
                us(results.spread(loss, row, alternative, Measurement::p999Us)),
                cpu(loss, row, alternative),
                isReference
                        ? "-"
                        : results.ratio(loss, row, alternative, Measurement::requestsPerSecond)
                                .format("%.2f"),
                isReference
                        ? "-"
                        : results.ratio(loss, row, alternative, Measurement::p50Us).format("%.2f"));
    }

    private static String us(Spread spread) {
        return String.format(Locale.ROOT, spread.median() < 100 ? "%.1f" : "%.0f", spread.median());
    }

    private String cpu(double loss, String row, String alternative) {
        List<String> roles =
                results.runs(loss, row, alternative)
                        .findFirst()
                        .map(run -> List.copyOf(run.daemonCpuUs().keySet()))
                        .orElseThrow();
        String daemons =
                roles.stream()
                        .map(
                                role ->
                                        us(
                                                results.spread(
                                                        loss,
                                                        row,
                                                        alternative,
                                                        run -> run.daemonCpuUs().get(role))))
                        .collect(Collectors.joining(" + "));
        return String.format(
                "%s (%s, %s)",
                daemons,
                us(results.spread(loss, row, alternative, Measurement::guestCpuUs)),
                us(results.spread(loss, row, alternative, Measurement::machineCpuUs)));
    }

    private void memory() {
        line("");
        line("### Memory, MiB at most");
        line("");
        line("| loss | daemon | resident (VmHWM) | own: anonymous and files | shared with guest |");
        line("|---|---|---|---|---|");
        for (DaemonMemory memory : results.memory()) {
            line(
                    "| %s %% | %s (%s) | %d | %d | %d |",
                    number(memory.lossPercent()),
                    memory.role(),
                    memory.alternative(),
                    memory.peakKib() >> 10,
                    memory.ownKib() >> 10,
                    memory.sharedKib() >> 10);
        }
    }

    private void verification() {
        long errors = results.measurements().stream().mapToLong(Measurement::errorCount).sum();
        line("");
        line(
                "Verified %d MiB read: %s; %d requests ended with an error.",
                results.verifiedSectorCount() >> 11,
                results.failures().isEmpty() ? "all right" : "DATA ARE WRONG",
                errors);
        results.failures().forEach(failure -> line("- " + failure));
    }

    private void targets() {
        List<String> lines = Target.judgeAll(results);
        if (!lines.isEmpty()) {
            line("");
            line("Targets, by the median of the pairs:");
            line("");
            lines.forEach(target -> text.append("    ").append(target).append('\n'));
        }
    }
}
