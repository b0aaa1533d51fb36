// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vrio.cli.option.ConfigEntry.Shape;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a configuration file into its keys, values and lines. Lives for one call; one thread. */
final class ConfigReader {
    /** Limit: bytes of the file; a larger one is refused before it is read. */
    private static final long LENGTH_MAX = 1 << 20;

    private final Path file;
    private final Map<String, Integer> lineOfKey = new HashMap<>();
    private final List<ConfigEntry> entries = new ArrayList<>();

    ConfigReader(Path file) {
        this.file = file;
    }

    List<ConfigEntry> read() throws OptionException {
        try (JsonParser parser = new YAMLFactory().createParser(text())) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_OBJECT) {
                readMapping(parser);
            } else if (first != null) {
                throw wrong(parser, "must consist of 'key: value' lines");
            }
            if (first != null && parser.nextToken() != null) {
                throw wrong(parser, "has a second document; one is legal");
            }
            return entries;
        } catch (JacksonException e) {
            JsonLocation location = e.getLocation();
            String problem = e.getOriginalMessage().lines().findFirst().orElse("");
            throw at(location == null ? 1 : location.getLineNr(), "not YAML: " + problem);
        } catch (IOException e) {
            throw new OptionException("--config: cannot read " + file + ": " + e.getMessage());
        }
    }

    private String text() throws IOException, OptionException {
        try {
            if (Files.size(file) > LENGTH_MAX) {
                throw new OptionException(
                        "--config: " + file + " is larger than " + LENGTH_MAX + " bytes");
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new OptionException("--config: there is no file " + file);
        } catch (CharacterCodingException e) {
            throw new OptionException("--config: " + file + " is not a text in UTF-8");
        }
    }

    private void readMapping(JsonParser parser) throws IOException, OptionException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            int line = parser.currentTokenLocation().getLineNr();
            Integer earlier = lineOfKey.putIfAbsent(key, line);
            if (earlier != null) {
                throw at(line, "'" + key + "' stands in line " + earlier + " already");
            }
            entries.add(readValue(key, line, parser));
        }
    }

    private ConfigEntry readValue(String key, int line, JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token != JsonToken.START_ARRAY) {
            return scalar(key, line, token, parser);
        }
        List<String> values = new ArrayList<>();
        Shape shape = Shape.LIST;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken().isScalarValue() && !parser.hasToken(JsonToken.VALUE_NULL)) {
                values.add(parser.getText());
            } else {
                shape = Shape.OTHER;
                parser.skipChildren();
            }
        }
        return new ConfigEntry(key, shape, values, line);
    }

    private static ConfigEntry scalar(String key, int line, JsonToken token, JsonParser parser)
            throws IOException {
        Shape shape =
                switch (token) {
                    case VALUE_STRING -> Shape.TEXT;
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> Shape.NUMBER;
                    case VALUE_TRUE, VALUE_FALSE -> Shape.BOOLEAN;
                    case VALUE_NULL -> Shape.NOTHING;
                    default -> Shape.OTHER;
                };
        List<String> values = shape == Shape.OTHER ? List.of() : List.of(parser.getText());
        parser.skipChildren();
        return new ConfigEntry(key, shape, values, line);
    }

    private OptionException wrong(JsonParser parser, String problem) {
        return at(parser.currentTokenLocation().getLineNr(), problem);
    }

    OptionException at(int line, String problem) {
        return new OptionException(file + ":" + line + ": " + problem);
    }
}
