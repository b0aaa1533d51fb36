// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;

/**
 * Files with keys: one key alone for a server, for an IOhyp lines of a name and a key. Nobody but
 * the owner may have a right to them. Control path.
 */
public final class KeyFile {
    /** Limit: bytes of a file; a line for each of the servers that an IOhyp may have. */
    static final long LENGTH_MAX = 1 << 20;

    private static final Set<PosixFilePermission> OWNERS =
            PosixFilePermissions.fromString("rw-------");

    private KeyFile() {}

    /** The one key of a server. */
    public static PresharedKey read(Path file) throws KeyFileException {
        if (Files.isDirectory(file)) {
            throw new KeyFileException(
                    "key file " + file + " is a folder: a server takes the file with its own key");
        }
        List<String> lines = lines(file);
        if (lines.isEmpty()) {
            throw new KeyFileException(
                    "key file " + file + " holds no key: vrio key create makes one");
        }
        if (lines.size() != 1) {
            throw new KeyFileException(
                    "key file " + file + " has " + lines.size() + " lines, not one key alone");
        }
        return parse(file, lines.get(0));
    }

    /** A new key in a new file, which only its owner may read. */
    public static void create(Path file, SecureRandom random) throws KeyFileException {
        try (PresharedKey key = PresharedKey.random(random);
                FileChannel channel =
                        FileChannel.open(
                                file,
                                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                                PosixFilePermissions.asFileAttribute(OWNERS))) {
            channel.write(StandardCharsets.US_ASCII.encode(key.text() + "\n"));
            channel.force(true);
        } catch (FileAlreadyExistsException e) {
            throw new KeyFileException("key file " + file + " exists already");
        } catch (NoSuchFileException e) {
            throw new KeyFileException("key file " + file + ": its folder does not exist");
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Who could put files there could be any server. */
    static void checkFolder(Path folder) throws IOException, KeyFileException {
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(folder);
        if (mode.contains(PosixFilePermission.GROUP_WRITE)
                || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new KeyFileException(
                    "key folder " + folder + " can be written by others: chmod go-w " + folder);
        }
    }

    /** What is said in a file that only its owner may touch, without comments. */
    static List<String> lines(Path file) throws KeyFileException {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!OWNERS.containsAll(mode)) {
                throw new KeyFileException(
                        "key file "
                                + file
                                + " is open to others ("
                                + PosixFilePermissions.toString(mode)
                                + "): chmod 600 "
                                + file);
            }
            if (Files.size(file) > LENGTH_MAX) {
                throw new KeyFileException("key file " + file + " is longer than 1 MiB");
            }
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static PresharedKey parse(Path file, String text) throws KeyFileException {
        PresharedKey key = PresharedKey.parse(text);
        if (key == null) {
            throw new KeyFileException(
                    "key file "
                            + file
                            + ": a key is 64 hexadecimal digits, or 44 characters base64");
        }
        return key;
    }

    static KeyFileException unreadable(Path file, IOException e) {
        return new KeyFileException(
                e instanceof NoSuchFileException
                        ? "key file " + file + ": no such file"
                        : "key file " + file + ": " + e);
    }
}
