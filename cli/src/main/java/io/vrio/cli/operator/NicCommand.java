// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.Surroundings;
import io.vrio.cli.option.OptionTypes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** vrio nic: the NICs of a running daemon. */
@Command(name = "nic", mixinStandardHelpOptions = true, description = "NICs of a running daemon.")
public final class NicCommand implements Runnable {
    private static final List<Column> AT_IOHYP =
            List.of(
                    Column.text("NAME", "name"),
                    Column.text("MAC", "mac"),
                    Column.text("LINK", "link"),
                    Column.text("SERVER", "server"),
                    Column.text("BACKEND", "backend"),
                    Column.state("failure"));

    private static final List<Column> AT_SERVER =
            List.of(
                    Column.text("NAME", "name"),
                    Column.text("MAC", "mac"),
                    Column.text("LINK", "link"),
                    Column.text("FRONTEND", "frontend"),
                    Column.text("SOCKET", "socket"),
                    Column.state("reason"));

    @Spec private CommandSpec spec;
    private final Dialogue dialogue;

    private NicCommand(Surroundings surroundings) {
        dialogue = new Dialogue(surroundings);
    }

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        return new CommandLine(new NicCommand(surroundings));
    }

    @Override
    public void run() {
        throw Noun.missingVerb(spec);
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "All NICs, a line each.")
    void list(@Mixin DaemonOptions daemon) throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            List<Column> columns = session.isIohyp() ? AT_IOHYP : AT_SERVER;
            dialogue.printer(daemon).rows(session.ask("nic list", Map.of()), columns);
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "All that is known of one NIC.")
    void show(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name)
            throws CommandFailedException {
        dialogue.show(daemon, "nic show", Map.of("name", name));
    }

    @Command(
            name = "stats",
            mixinStandardHelpOptions = true,
            description = {
                "The counters of one NIC since its daemon started: frames and bytes, and what",
                "was dropped, by reason."
            })
    void stats(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name)
            throws CommandFailedException {
        dialogue.show(daemon, "nic stats", Map.of("name", name));
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "At the IOhyp: makes and exports a NIC; it is kept over restarts.",
                "At the server: serves a NIC of the IOhyp to a guest, until the server ends."
            })
    void create(
            @Mixin DaemonOptions daemon,
            @Parameters(
                            index = "0",
                            paramLabel = "NAME",
                            converter = OptionTypes.Name.class,
                            description = "The NIC's name, the same at the IOhyp and the server.")
                    String name,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "BACKEND|SOCKET",
                            description = {
                                "At the IOhyp: what it is made of, for example"
                                        + " tap:vm1,bridge=br0 or switch:lan,vlan=7.",
                                "At the server: its vhost-user socket."
                                        + " Default: NAME.sock in --socket-dir."
                            })
                    String definition)
            throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            Map<String, Object> arguments = new LinkedHashMap<>(Map.of("name", name));
            if (session.isIohyp()) {
                arguments.put("backend", backend(definition));
            } else if (definition != null) {
                arguments.put("socket", Path.of(definition).toAbsolutePath().toString());
            }
            dialogue.printer(daemon).done(session.ask("nic create", arguments));
        }
    }

    private String backend(String definition) {
        if (definition == null) {
            throw wrong("Missing BACKEND: the IOhyp must know what the NIC is made of");
        }
        try {
            return new OptionTypes.NicBackend().convert(definition).text();
        } catch (CommandLine.TypeConversionException e) {
            throw wrong(e.getMessage());
        }
    }

    private CommandLine.ParameterException wrong(String message) {
        CommandLine create = spec.commandLine().getSubcommands().get("create");
        return new CommandLine.ParameterException(create, message);
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            description = {
                "At the IOhyp: stops exporting a NIC; a tap that was there before stays.",
                "At the server: ends its socket; the guest's NIC carries nothing any more."
            })
    void delete(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name,
            @Option(
                            names = "--force",
                            description = "Also when a server (a guest) uses it. Default: refuse.")
                    boolean isForced)
            throws CommandFailedException {
        dialogue.change(daemon, "nic delete", Map.of("name", name, "force", isForced));
    }

    @Command(
            name = "set-link",
            mixinStandardHelpOptions = true,
            description = "Takes the link down or up at the IOhyp.")
    void setLink(
            @Mixin DaemonOptions daemon,
            @Parameters(index = "0", paramLabel = "NAME", converter = OptionTypes.Name.class)
                    String name,
            @Parameters(
                            index = "1",
                            paramLabel = "up|down",
                            converter = LinkState.Converter.class,
                            description = "While it is down, frames are dropped both ways.")
                    LinkState link)
            throws CommandFailedException {
        dialogue.change(daemon, "nic set-link", Map.of("name", name, "link", link.text()));
    }
}
