// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

/** The command line or the configuration file is wrong. The message is one line. */
public final class OptionException extends Exception {
    private static final long serialVersionUID = 1L;

    OptionException(String message) {
        super(message);
    }
}
