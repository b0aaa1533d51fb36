// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.Surroundings;
import io.vrio.libvirt.check.DomainCheck;
import io.vrio.libvirt.check.Finding;
import io.vrio.libvirt.check.LinuxHost;
import io.vrio.libvirt.check.Severity;
import io.vrio.libvirt.domain.DomainDetails;
import io.vrio.libvirt.domain.DomainXml;
import io.vrio.libvirt.domain.DomainXmlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** check: what in a domain XML would fail or hang; needs neither libvirt nor a server. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Tells what in a domain XML would fail or hang, why, and what to do.",
            "Exit status: 0 when nothing would fail, 1 when something would."
        })
final class CheckVerb implements Callable<Integer> {
    /** Limit: bytes of a character in UTF-8. */
    private static final int CHARACTER_LENGTH_MAX = 4;

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("SEVERITY", "severity"),
                    Column.text("WHERE", "where"),
                    new Column(
                            "WHAT, AND WHAT TO DO",
                            false,
                            row ->
                                    Column.plain(row.path("problem"))
                                            + (row.path("advice").asText().isEmpty()
                                                    ? ""
                                                    : ": " + Column.plain(row.path("advice")))));

    @Mixin private ServerOptions server;

    @Parameters(
            paramLabel = "VM.xml",
            description = "A file, or - for standard input: virsh dumpxml VM | vrio domain check -")
    private String file;

    @Mixin private FormatOption format;

    private final Surroundings surroundings;
    private final InputStream in;

    CheckVerb(Surroundings surroundings, InputStream in) {
        this.surroundings = surroundings;
        this.in = in;
    }

    @Override
    public Integer call() throws CommandFailedException {
        DomainDetails domain = domain();
        LinuxHost host = new LinuxHost(Path.of("/"), ServedFacts.of(server));
        List<Finding> findings = DomainCheck.findings(domain, host);
        print(findings);
        boolean isFailing =
                findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
        return isFailing ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private DomainDetails domain() throws CommandFailedException {
        try {
            return DomainDetails.parse(text());
        } catch (DomainXmlException e) {
            throw new CommandFailedException(file + ": " + e.getMessage(), e);
        } catch (IOException | InvalidPathException e) {
            throw new CommandFailedException(
                    "cannot read " + file + ": " + reason(e) + "; name a file, or -", e);
        }
    }

    private String text() throws IOException {
        // One more than is legal, so that what is too long is seen to be.
        int max = CHARACTER_LENGTH_MAX * DomainXml.LENGTH_MAX + 1;
        if (file.equals("-")) {
            return new String(in.readNBytes(max), StandardCharsets.UTF_8);
        }
        try (InputStream stream = Files.newInputStream(Path.of(file))) {
            return new String(stream.readNBytes(max), StandardCharsets.UTF_8);
        }
    }

    /** The message of some of these exceptions is the path alone. */
    private static String reason(Exception e) {
        return e.getClass().getSimpleName().replaceAll("Exception$", "") + " " + e.getMessage();
    }

    private void print(List<Finding> findings) {
        if (findings.isEmpty() && format.format() == OutputFormat.TABLE) {
            surroundings.out().println("nothing would fail");
            return;
        }
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (Finding finding : findings) {
            rows.addObject()
                    .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                    .put("where", finding.where())
                    .put("problem", finding.problem())
                    .put("advice", finding.advice());
        }
        new Printer(surroundings.out(), format.format()).rows(rows, COLUMNS);
    }
}
