// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.growth;

import io.vrio.bench.ProcessUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of a process beside that of its guests, which is shared.
 *
 * @param ownKib RssAnon + RssFile: heap, native memory that was touched, code
 * @param reservedKib VmData: all that is private and writable, native memory never touched included
 */
record OwnMemory(long ownKib, long reservedKib) {
    static OwnMemory of(long pid) {
        ProcessUsage usage = ProcessUsage.of(pid);
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            long reservedKib = reservedKib(Files.readString(status));
            return new OwnMemory(usage.anonKib() + usage.fileKib(), reservedKib);
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " has ended", e);
        }
    }

    static long reservedKib(String status) {
        return status.lines()
                .filter(line -> line.startsWith("VmData:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
