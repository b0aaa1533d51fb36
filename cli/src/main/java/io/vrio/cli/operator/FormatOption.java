// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import picocli.CommandLine.Option;

/** How an answer is printed. */
final class FormatOption {
    @Option(
            names = "--format",
            paramLabel = "table|json",
            converter = OutputFormat.Converter.class,
            defaultValue = "table",
            description = "How the answer is printed. Default: table.")
    private OutputFormat format;

    OutputFormat format() {
        return format;
    }
}
