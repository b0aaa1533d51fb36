// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * How to start a daemon, and how to see that it serves.
 *
 * @param role a name for the report
 * @param namespace the network namespace it runs in
 * @param readyFile exists as soon as it serves; null when it prints {@code readyLine} instead
 * @param readyLine with what the line begins that it prints as soon as it serves; or null
 */
public record DaemonCommand(
        String role, String namespace, List<String> words, Path readyFile, String readyLine) {
    /** One that makes a file when it serves. */
    public DaemonCommand(String role, String namespace, List<String> words, Path readyFile) {
        this(role, namespace, words, readyFile, null);
    }

    /** One that prints a line when it serves. */
    public DaemonCommand(String role, String namespace, List<String> words, String readyLine) {
        this(role, namespace, words, null, readyLine);
    }

    /** One that prints {@code ready} when it serves, as vRIO's do. */
    public DaemonCommand(String role, String namespace, List<String> words) {
        this(role, namespace, words, null, "ready");
    }
}
