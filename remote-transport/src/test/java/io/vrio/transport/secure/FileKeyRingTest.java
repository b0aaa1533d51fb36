// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.common.clock.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys in files: a folder of them, a file with lines, and what is wrong with others. */
final class FileKeyRingTest {
    private static final String KEY = "0123456789abcdef".repeat(4);

    @TempDir Path folder;
    private final ManualClock clock = new ManualClock(1_000_000_000L);

    private Path write(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String reason(Path file) {
        return assertThrows(KeyFileException.class, () -> KeyFile.read(file)).getMessage();
    }

    @Test
    void shouldReadAKeyInBothForms() throws Exception {
        byte[] bytes = new byte[PresharedKey.LENGTH];
        bytes[0] = 1;
        String base64 = Base64.getEncoder().encodeToString(bytes);

        assertEquals(KEY, KeyFile.read(write("hex", "# host1\n" + KEY + "\n")).text());
        assertEquals("01" + "00".repeat(31), KeyFile.read(write("base64", base64)).text());
    }

    @Test
    void shouldTellWhatIsWrongWithAKey() throws Exception {
        assertEquals(
                "key file "
                        + folder.resolve("short")
                        + ": a key is 64 hexadecimal digits, or 44 characters base64",
                reason(write("short", KEY.substring(1))));
        assertEquals(
                "key file " + folder.resolve("two") + " has 2 lines, not one key alone",
                reason(write("two", KEY + "\n" + KEY)));
        assertEquals(
                "key file " + folder.resolve("none") + ": no such file",
                reason(folder.resolve("none")));
        assertEquals(
                "key file " + folder.resolve("empty") + " holds no key: vrio key create makes one",
                reason(write("empty", "# nothing\n")));
        assertEquals(
                "key file " + folder + " is a folder: a server takes the file with its own key",
                reason(folder));
    }

    @Test
    void shouldNotTakeAKeyThatOthersCanRead() throws Exception {
        Path file = write("open", KEY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertEquals(
                "key file " + file + " is open to others (rw-r-----): chmod 600 " + file,
                reason(file));
    }

    @Test
    void shouldNotTakeKeysThatOthersCanPutThere() throws Exception {
        write("host1.key", KEY);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));
        KeyFileException refusal =
                assertThrows(KeyFileException.class, () -> FileKeyRing.open(folder, clock));

        assertEquals(
                "key folder " + folder + " can be written by others: chmod go-w " + folder,
                refusal.getMessage());
    }

    @Test
    void shouldNeverOverwriteAKey() throws Exception {
        Path file = write("old", KEY);
        assertThrows(KeyFileException.class, () -> KeyFile.create(file, new SecureRandom()));

        assertEquals(KEY, KeyFile.read(file).text());
    }

    @Test
    void shouldMakeKeysThatCanBeRead() throws Exception {
        KeyFile.create(folder.resolve("new"), new SecureRandom());

        assertNotNull(KeyFile.read(folder.resolve("new")));
    }

    @Test
    void shouldFindEachServersKeyInAFolder() throws Exception {
        write("host1.key", KEY);
        write("notes.txt", "not a key");
        FileKeyRing ring = FileKeyRing.open(folder, clock);

        assertEquals(KEY, ring.find("host1").text());
        assertNull(ring.find("host2"));
        assertNull(ring.find("../host1"));
    }

    @Test
    void shouldFindEachServersKeyInAFile() throws Exception {
        Path file = write("keys", "host1 " + KEY + "\n# comment\n10.0.0.1\t" + KEY + "\n");
        FileKeyRing ring = FileKeyRing.open(file, clock);

        assertEquals(KEY, ring.find("10.0.0.1").text());
        assertNull(ring.find("10.0.0.2"));
    }

    @Test
    void shouldSeeAKeyThatComesLater() throws Exception {
        FileKeyRing ring = FileKeyRing.open(folder, clock);
        write("host1.key", KEY);
        Files.setLastModifiedTime(folder, FileTime.fromMillis(1));
        assertNull(ring.find("host1"), "strangers make it look once a second only");
        clock.advance(FileKeyRing.LOOK_INTERVAL_NS);

        assertEquals(KEY, ring.find("host1").text());
    }

    @Test
    void shouldKeepItsKeysWhenTheFilesBecomeWrong() throws Exception {
        write("host1.key", KEY);
        FileKeyRing ring = FileKeyRing.open(folder, clock);
        write("host2.key", "nonsense");
        Files.setLastModifiedTime(folder, FileTime.fromMillis(1));
        clock.advance(FileKeyRing.LOOK_INTERVAL_NS);

        assertNull(ring.find("host2"));
        assertEquals(KEY, ring.find("host1").text());
    }
}
