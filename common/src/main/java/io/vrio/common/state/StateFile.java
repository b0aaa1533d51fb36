// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.state;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The records of one kind in a file of the state folder, each with a name. A file that is not
 * wholly understood is refused as a whole and left as it is, until something is saved.
 */
public final class StateFile<R> {
    private static final int VERSION = 1;

    /** Limit: bytes of the file; a longer one is not ours. */
    private static final long LENGTH_MAX = 64 << 20;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private final StateFolder folder;
    private final RecordFormat<R> format;
    private final String fileName;
    private final Path file;

    public StateFile(StateFolder folder, RecordFormat<R> format) {
        this.folder = folder;
        this.format = format;
        fileName = format.listName() + ".json";
        file = folder.resolve(fileName);
    }

    /**
     * @throws StateException when what is there cannot be trusted; it is left as it is
     */
    public List<R> load() throws StateException {
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
            throw new StateException(file + " cannot be read: " + StateFolder.reason(e), e);
        }
    }

    private List<R> read(JsonNode root) throws StateException {
        JsonNode version = root.path("version");
        if (!version.isInt()) {
            throw broken("it has no version");
        }
        if (version.intValue() != VERSION) {
            throw new StateException(
                    file
                            + " has version "
                            + version.intValue()
                            + ", this release knows "
                            + VERSION
                            + "; install the release that wrote it (nothing was changed)");
        }
        JsonNode list = root.path(format.listName());
        if (!list.isArray()) {
            throw broken("it has no list of " + format.listName());
        }
        List<R> records = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (JsonNode element : list) {
            RecordFields fields = fields(element);
            if (!names.add(fields.name())) {
                throw broken("it names " + format.kind() + " " + fields.name() + " twice");
            }
            records.add(record(fields));
        }
        return records;
    }

    private RecordFields fields(JsonNode element) throws StateException {
        try {
            return new RecordFields(element, format);
        } catch (StateException e) {
            throw broken(e.getMessage());
        }
    }

    private R record(RecordFields fields) throws StateException {
        try {
            return format.read(fields);
        } catch (StateException | DateTimeException e) {
            throw broken(format.kind() + " " + fields.name() + ": " + e.getMessage());
        }
    }

    private StateException broken(String problem) {
        return new StateException(
                file
                        + " is damaged: "
                        + problem
                        + "; repair it or restore it from a backup (nothing was changed)");
    }

    /**
     * Replaces all records, durably or not at all.
     *
     * @throws StateException when the old ones are still in force
     */
    public void save(List<R> records) throws StateException {
        folder.write(fileName, bytes(records));
    }

    /**
     * As {@link #save}, for what nobody asks for after the host has lost power: without waiting for
     * a disk.
     */
    public void saveUntilReboot(List<R> records) throws StateException {
        folder.replace(fileName, bytes(records), false);
    }

    private byte[] bytes(List<R> records) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", VERSION);
        ArrayNode list = root.putArray(format.listName());
        for (R record : records) {
            format.write(record, list.addObject());
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can be written", e);
        }
    }
}
