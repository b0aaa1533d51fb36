// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server leaves to the next one, in a file. */
final class IncarnationFileTest {
    @TempDir private Path folder;

    private void put(String disk, long incarnation) throws StateException {
        try (StateFolder state = StateFolder.open(folder)) {
            IncarnationFile.open(state).put(disk, incarnation);
        }
    }

    private OptionalLong find(String disk) throws StateException {
        try (StateFolder state = StateFolder.open(folder)) {
            return IncarnationFile.open(state).find(disk);
        }
    }

    private void edit(String from, String to) throws IOException {
        Path file = folder.resolve("incarnations.json");
        Files.writeString(file, Files.readString(file).replace(from, to));
    }

    @Test
    void shouldKnowNothingAtFirst() throws Exception {
        assertEquals(OptionalLong.empty(), find("a"));
    }

    @Test
    void shouldFindTheLastOfEachDisk() throws Exception {
        put("a", 1);
        put("b", Long.MIN_VALUE);
        put("a", -1);

        assertEquals(OptionalLong.of(-1), find("a"));
        assertEquals(OptionalLong.of(Long.MIN_VALUE), find("b"));
    }

    @Test
    void shouldForgetWhatWasBeforeTheHostBooted() throws Exception {
        put("a", 1);
        edit(BootId.read(), "another");

        assertEquals(OptionalLong.empty(), find("a"));
    }

    @Test
    void shouldGoOnWithoutAFileThatIsDamaged() throws Exception {
        put("a", 1);
        edit("{", "[");

        assertEquals(OptionalLong.empty(), find("a"));
        put("b", 2);
        assertEquals(OptionalLong.of(2), find("b"));
    }
}
