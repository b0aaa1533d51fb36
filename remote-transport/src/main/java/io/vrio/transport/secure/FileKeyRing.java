// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import io.vrio.common.clock.NanoClock;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of an IOhyp's servers: a folder with a file NAME.key for each, or one file with a line
 * {@code NAME KEY} for each. Looks again when the folder or the file has changed. One worker.
 */
public final class FileKeyRing implements KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(FileKeyRing.class);

    /** Limit: keys; with more the files are refused. */
    static final int KEYS_MAX = 4096;

    /** Limit: strangers make us look at the files no more often than this. */
    static final long LOOK_INTERVAL_NS = 1_000_000_000L;

    private static final String SUFFIX = ".key";

    private final Path path;
    private final NanoClock clock;
    private Map<String, PresharedKey> keys;
    private FileTime changed;
    private long lookedNs;

    private FileKeyRing(Path path, NanoClock clock) {
        this.path = path;
        this.clock = clock;
    }

    /** Reads all keys. */
    public static FileKeyRing open(Path path, NanoClock clock) throws KeyFileException {
        FileKeyRing ring = new FileKeyRing(path, clock);
        ring.load();
        if (ring.keys.isEmpty()) {
            LOG.warn(
                    "keys={} there are none yet, so that no server can come: NAME{} is looked for",
                    path,
                    SUFFIX);
        }
        return ring;
    }

    @Override
    public PresharedKey find(String serverName) {
        long nowNs = clock.nanoTime();
        if (nowNs - lookedNs >= LOOK_INTERVAL_NS) {
            look(nowNs);
        }
        return keys.get(serverName);
    }

    private void look(long nowNs) {
        lookedNs = nowNs;
        try {
            if (!Files.getLastModifiedTime(path).equals(changed)) {
                load();
                LOG.info("keys={} read again: {} servers", path, keys.size());
            }
        } catch (IOException e) {
            keepOld(KeyFile.unreadable(path, e));
        } catch (KeyFileException e) {
            keepOld(e);
        }
    }

    private void keepOld(KeyFileException e) {
        // Limit: one line, until the files change again.
        LOG.warn("the keys stay as they were: {}", e.getMessage());
    }

    private void load() throws KeyFileException {
        lookedNs = clock.nanoTime();
        try {
            // Before reading: what changes meanwhile is seen the next time.
            changed = Files.getLastModifiedTime(path);
            keys = Files.isDirectory(path) ? ofFolder() : ofLines();
        } catch (IOException e) {
            throw KeyFile.unreadable(path, e);
        }
    }

    private Map<String, PresharedKey> ofFolder() throws IOException, KeyFileException {
        KeyFile.checkFolder(path);
        Map<String, PresharedKey> found = new HashMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path, "*" + SUFFIX)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                add(found, name.substring(0, name.length() - SUFFIX.length()), KeyFile.read(file));
            }
        }
        return found;
    }

    private Map<String, PresharedKey> ofLines() throws KeyFileException {
        Map<String, PresharedKey> found = new HashMap<>();
        for (String line : KeyFile.lines(path)) {
            String[] words = line.split("\\s+");
            if (words.length != 2) {
                throw new KeyFileException(
                        "key file " + path + ": a line is the name of a server and its key");
            }
            add(found, words[0], KeyFile.parse(path, words[1]));
        }
        return found;
    }

    private void add(Map<String, PresharedKey> found, String name, PresharedKey key)
            throws KeyFileException {
        if (found.put(name, key) != null) {
            throw new KeyFileException("key file " + path + ": server " + name + " has two keys");
        }
        if (found.size() > KEYS_MAX) {
            throw new KeyFileException("key file " + path + ": more than " + KEYS_MAX + " keys");
        }
    }
}
