// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The file {@code disks.json} of the state directory, written as a whole: to a new file, synced,
 * renamed over the old one, directory synced. The directory is locked as long as this is open.
 */
final class DiskStateFile implements DiskStore {
    private static final int VERSION = 1;

    /** Limit: bytes of the file; a longer one is not ours. */
    private static final long LENGTH_MAX = 64 << 20;

    private static final int LOCK_EXCLUSIVE_AT_ONCE = 2 | 4;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final Path folder;
    private final Path file;
    private final int folderFd;

    private DiskStateFile(Path folder, int folderFd) {
        this.folder = folder;
        this.folderFd = folderFd;
        file = folder.resolve("disks.json");
    }

    /** Locks the directory; makes it when it is missing. */
    static DiskStateFile open(Path folder) throws BackendException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new BackendException(
                    "state directory " + folder + ": is not a folder; choose another --state-dir",
                    e);
        } catch (AccessDeniedException e) {
            throw new BackendException(
                    "state directory "
                            + folder
                            + " cannot be made: no permission; make it for this user, or choose"
                            + " another --state-dir",
                    e);
        } catch (IOException e) {
            throw new BackendException(
                    "state directory " + folder + " cannot be made: " + reason(e), e);
        }
        int fd = Linux.open(folder.toString(), Linux.O_RDONLY, 0);
        if (fd < 0) {
            throw new BackendException(
                    "state directory "
                            + folder
                            + " cannot be opened: "
                            + Linux.describe(-fd)
                            + "; run as its owner, or choose another --state-dir");
        }
        if (Linux.flock(fd, LOCK_EXCLUSIVE_AT_ONCE) < 0) {
            Linux.close(fd);
            throw new BackendException(
                    "state directory "
                            + folder
                            + " is in use by another vrio iohyp; stop that, or choose another"
                            + " --state-dir");
        }
        return new DiskStateFile(folder, fd);
    }

    @Override
    public List<DiskRecord> load() throws BackendException {
        if (Files.notExists(file)) {
            return List.of();
        }
        try {
            if (Files.size(file) > LENGTH_MAX) {
                throw broken("it is longer than " + LENGTH_MAX + " bytes");
            }
            return read(JSON.readTree(Files.readAllBytes(file)));
        } catch (JsonProcessingException e) {
            throw broken(e.getOriginalMessage().lines().findFirst().orElse("no JSON"));
        } catch (IOException e) {
            throw new BackendException(file + " cannot be read: " + reason(e), e);
        }
    }

    private List<DiskRecord> read(JsonNode root) throws BackendException {
        JsonNode version = root.path("version");
        if (!version.isInt()) {
            throw broken("it has no version");
        }
        if (version.intValue() != VERSION) {
            throw new BackendException(
                    file
                            + " has version "
                            + version.intValue()
                            + ", this release knows "
                            + VERSION
                            + "; install the release that wrote it (nothing was changed)");
        }
        if (!root.path("disks").isArray()) {
            throw broken("it has no list of disks");
        }
        List<DiskRecord> records = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode disk : root.path("disks")) {
            DiskRecord record = readDisk(disk);
            if (!names.add(record.name())) {
                throw broken("it names disk " + record.name() + " twice");
            }
            records.add(record);
        }
        return records;
    }

    private DiskRecord readDisk(JsonNode disk) throws BackendException {
        String name = text(disk, "name");
        if (!DiskRecord.isName(name)) {
            throw broken("it holds an impossible name of a disk");
        }
        JsonNode capacity = disk.path("capacity");
        if (!capacity.isIntegralNumber() || !capacity.canConvertToLong()) {
            throw broken("disk " + name + " has no capacity");
        }
        try {
            BackendSpec spec = BackendSpec.parse(text(disk, "backend"));
            Instant created = Instant.parse(text(disk, "created"));
            return new DiskRecord(name, spec, capacity.longValue(), text(disk, "id"), created);
        } catch (BackendException | DateTimeException e) {
            throw broken("disk " + name + ": " + e.getMessage());
        }
    }

    private String text(JsonNode disk, String field) throws BackendException {
        JsonNode value = disk.path(field);
        if (!value.isTextual()) {
            throw broken("a disk has no " + field);
        }
        return value.textValue();
    }

    private BackendException broken(String problem) {
        return new BackendException(
                file
                        + " is damaged: "
                        + problem
                        + "; repair it or restore it from a backup (nothing was changed)");
    }

    @Override
    public void save(List<DiskRecord> records) throws BackendException {
        Path next = folder.resolve("disks.json.new");
        try {
            write(next, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(tree(records)));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BackendException(file + " cannot be written: " + reason(e), e);
        }
        int result = Linux.fsync(folderFd);
        if (result < 0) {
            throw new BackendException(
                    folder + " cannot be made durable: " + Linux.describe(-result));
        }
    }

    private static ObjectNode tree(List<DiskRecord> records) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        ArrayNode disks = root.putArray("disks");
        for (DiskRecord record : records) {
            disks.addObject()
                    .put("name", record.name())
                    .put("backend", record.spec().text())
                    .put("capacity", record.capacity())
                    .put("id", record.id())
                    .put("created", record.created().toString());
        }
        return root;
    }

    private static void write(Path target, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            channel.force(true);
        }
    }

    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    @Override
    public void close() {
        Linux.close(folderFd);
    }
}
