// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.cli.CommandFailedException;
import io.vrio.cli.ExitStatus;
import io.vrio.cli.option.OptionTypes;
import io.vrio.transport.secure.KeyFile;
import io.vrio.transport.secure.KeyFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** vrio key create: a new key in a new file. */
@Command(
        name = "create",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a new random key in a new file, which only its owner may read.",
            "Copy it to both hosts: the server's --key-file, and NAME.key in the IOhyp's."
        })
final class CreateKeyVerb implements Callable<Integer> {
    @Parameters(
            paramLabel = "FILE",
            converter = OptionTypes.AbsolutePath.class,
            description = "Must not exist yet.")
    private Path file;

    @Override
    public Integer call() throws CommandFailedException {
        try {
            KeyFile.create(file, new SecureRandom());
            return ExitStatus.OK;
        } catch (KeyFileException e) {
            throw new CommandFailedException(e.getMessage());
        }
    }
}
