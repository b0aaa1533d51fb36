// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

/** The exit statuses of the command, the same for all of its subcommands. */
public final class ExitStatus {
    public static final int OK = 0;

    /** It could not be done; standard error has one line that says why and what to do. */
    public static final int FAILED = 1;

    /** The command line or the configuration file is wrong; nothing was started or changed. */
    public static final int USAGE = 2;

    private ExitStatus() {}
}
