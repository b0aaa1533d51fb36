// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

/** How one boot of the guest ended, and what the guest printed. */
public record GuestReport(int exitStatus, List<String> lines) {
    private static final String PREFIX = "VRIO-GUEST: ";

    public GuestReport {
        lines = List.copyOf(lines);
    }

    /** The guest said PASS as its last word and QEMU ended well; else shows the whole console. */
    public GuestReport assertPassed() {
        assertEquals(0, exitStatus, () -> String.join("\n", lines));
        return this;
    }

    /** Returns the value that the scenario {@code info} found for an attribute of the disk. */
    public String attribute(String name) {
        String start = PREFIX + "attribute " + name + " ";
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no attribute " + name + " in " + lines));
    }

    /** Returns what the guest said, without kernel messages and without the common prefix. */
    public List<String> words() {
        return lines.stream()
                .filter(line -> line.startsWith(PREFIX))
                .map(line -> line.substring(PREFIX.length()))
                .toList();
    }
}
