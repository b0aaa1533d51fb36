// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What holds for the devices of one kind of one command line together. */
public final class DeviceNames {
    private DeviceNames() {}

    /**
     * @param option that defined the devices
     * @throws ParameterException when a name is there twice
     */
    public static void check(CommandLine command, String option, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new ParameterException(
                        command, option + ": '" + name + "' is given twice; names must differ");
            }
        }
    }
}
