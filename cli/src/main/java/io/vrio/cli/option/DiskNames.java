// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What holds for the disks of one command line together. */
public final class DiskNames {
    private DiskNames() {}

    /**
     * @throws ParameterException when a name is there twice
     */
    public static void check(CommandLine command, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new ParameterException(
                        command, "--disk: '" + name + "' is given twice; names must differ");
            }
        }
    }
}
