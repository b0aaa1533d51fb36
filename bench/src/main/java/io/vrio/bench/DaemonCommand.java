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
 * @param socket is there as soon as it can be connected to, which may be earlier; or null
 */
public record DaemonCommand(
        String role,
        String namespace,
        List<String> words,
        Path readyFile,
        String readyLine,
        Path socket) {
    /** One that makes a file when it serves. */
    public DaemonCommand(String role, String namespace, List<String> words, Path readyFile) {
        this(role, namespace, words, readyFile, null, null);
    }

    /** One that prints a line when it serves. */
    public DaemonCommand(String role, String namespace, List<String> words, String readyLine) {
        this(role, namespace, words, null, readyLine, null);
    }

    /** One that prints {@code ready} when it serves, as vRIO's do. */
    public DaemonCommand(String role, String namespace, List<String> words) {
        this(role, namespace, words, null, "ready", null);
    }

    /** The same, and the socket by which to see that it can be connected to. */
    DaemonCommand listeningOn(Path path) {
        return new DaemonCommand(role, namespace, words, readyFile, readyLine, path);
    }
}
