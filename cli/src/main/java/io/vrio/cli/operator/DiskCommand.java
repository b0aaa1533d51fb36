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

/** vrio disk: the disks of a running daemon. */
@Command(name = "disk", mixinStandardHelpOptions = true, description = "Disks of a running daemon.")
public final class DiskCommand implements Runnable {
    private static final List<Column> AT_IOHYP =
            List.of(
                    Column.text("NAME", "name"),
                    Column.size("SIZE", "capacity"),
                    Column.size("ALLOCATED", "allocated"),
                    Column.text("SERVER", "server"),
                    Column.text("BACKEND", "backend"),
                    Column.state("failure"));

    private static final List<Column> AT_SERVER =
            List.of(
                    Column.text("NAME", "name"),
                    Column.size("SIZE", "capacity"),
                    Column.text("FRONTEND", "frontend"),
                    Column.text("SOCKET", "socket"),
                    Column.state("reason"));

    @Spec private CommandSpec spec;
    private final Dialogue dialogue;

    private DiskCommand(Surroundings surroundings) {
        dialogue = new Dialogue(surroundings);
    }

    /** The noun with its verbs. */
    public static CommandLine tree(Surroundings surroundings) {
        return new CommandLine(new DiskCommand(surroundings));
    }

    @Override
    public void run() {
        throw Noun.missingVerb(spec);
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "All disks, a line each.")
    void list(@Mixin DaemonOptions daemon) throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            List<Column> columns = session.isIohyp() ? AT_IOHYP : AT_SERVER;
            dialogue.printer(daemon).rows(session.ask("disk list", Map.of()), columns);
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "All that is known of one disk.")
    void show(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name)
            throws CommandFailedException {
        dialogue.show(daemon, "disk show", Map.of("name", name));
    }

    @Command(
            name = "stats",
            mixinStandardHelpOptions = true,
            description = "The counters of one disk since its daemon started.")
    void stats(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name)
            throws CommandFailedException {
        dialogue.show(daemon, "disk stats", Map.of("name", name));
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = {
                "At the IOhyp: makes and exports a disk; it is kept over restarts.",
                "At the server: serves a disk of the IOhyp to a guest, until the server ends."
            })
    void create(
            @Mixin DaemonOptions daemon,
            @Parameters(
                            index = "0",
                            paramLabel = "NAME",
                            converter = OptionTypes.Name.class,
                            description = "The disk's name, the same at the IOhyp and the server.")
                    String name,
            @Parameters(
                            index = "1",
                            arity = "0..1",
                            paramLabel = "BACKEND|SOCKET",
                            description = {
                                "At the IOhyp: what it is made of, for example"
                                        + " file:/srv/vm1.img,size=20G.",
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
            dialogue.printer(daemon).done(session.ask("disk create", arguments));
        }
    }

    /** With an absolute path: the daemon works in another folder than the operator. */
    private String backend(String definition) {
        if (definition == null) {
            throw wrong("Missing BACKEND: the IOhyp must know what the disk is made of");
        }
        try {
            return new OptionTypes.Backend().convert(definition).text();
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
                "At the IOhyp: stops exporting a disk; a file stays, memory is forgotten.",
                "At the server: ends its socket; the guest sees the disk go away."
            })
    void delete(
            @Mixin DaemonOptions daemon,
            @Parameters(paramLabel = "NAME", converter = OptionTypes.Name.class) String name,
            @Option(
                            names = "--force",
                            description = "Also when a server (a guest) uses it. Default: refuse.")
                    boolean isForced)
            throws CommandFailedException {
        dialogue.change(daemon, "disk delete", Map.of("name", name, "force", isForced));
    }

    @Command(
            name = "resize",
            mixinStandardHelpOptions = true,
            description = "Changes the size at the IOhyp; a running guest sees it by itself.")
    void resize(
            @Mixin DaemonOptions daemon,
            @Parameters(index = "0", paramLabel = "NAME", converter = OptionTypes.Name.class)
                    String name,
            @Parameters(
                            index = "1",
                            paramLabel = "SIZE",
                            converter = OptionTypes.Size.class,
                            description = "Bytes, or a number with K, M, G or T.")
                    long size,
            @Option(
                            names = "--shrink",
                            description =
                                    "Allow a smaller size; what lies behind is lost."
                                            + " Default: refuse.")
                    boolean mayShrink)
            throws CommandFailedException {
        dialogue.change(
                daemon, "disk resize", Map.of("name", name, "size", size, "shrink", mayShrink));
    }
}
