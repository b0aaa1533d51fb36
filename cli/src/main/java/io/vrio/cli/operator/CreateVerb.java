// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** create: one more device, exported by an IOhyp or served by a server. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = {
            "At the IOhyp: makes and exports a ${bundle:device}; it is kept over restarts.",
            "At the server: serves a ${bundle:device} of the IOhyp to a guest; it is kept over"
                    + " restarts."
        })
final class CreateVerb implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private DaemonOptions daemon;

    @Parameters(
            index = "0",
            paramLabel = "NAME",
            converter = OptionTypes.Name.class,
            description = "The ${bundle:device}'s name, the same at the IOhyp and the server.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "BACKEND|SOCKET",
            description = {
                "At the IOhyp: what it is made of, for example ${bundle:device.example}.",
                "At the server: its vhost-user socket. Default: NAME.sock in --socket-dir."
            })
    private String definition;

    private final DeviceNoun noun;
    private final Dialogue dialogue;

    CreateVerb(DeviceNoun noun, Dialogue dialogue) {
        this.noun = noun;
        this.dialogue = dialogue;
    }

    @Override
    public Integer call() throws CommandFailedException {
        try (DaemonSession session = daemon.connect()) {
            Map<String, Object> arguments = new LinkedHashMap<>(Map.of("name", name));
            if (session.isIohyp()) {
                arguments.put("backend", backend());
            } else if (definition != null) {
                arguments.put("socket", Path.of(definition).toAbsolutePath().toString());
            }
            dialogue.printer(daemon).done(session.ask(noun.command("create"), arguments));
        }
        return ExitStatus.OK;
    }

    /** With an absolute path: the daemon works in another folder than the operator. */
    private String backend() {
        if (definition == null) {
            throw wrong(
                    "Missing BACKEND: the IOhyp must know what the " + noun.word() + " is made of");
        }
        try {
            return noun.backend().apply(definition);
        } catch (TypeConversionException e) {
            throw wrong(e.getMessage());
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
