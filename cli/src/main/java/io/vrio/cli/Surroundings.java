// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import java.io.PrintStream;
import java.util.Map;

/** What lies around a command: its streams, its environment variables, and the wish to end it. */
public record Surroundings(
        PrintStream out, PrintStream err, Map<String, String> environment, StopSignal stop) {}
