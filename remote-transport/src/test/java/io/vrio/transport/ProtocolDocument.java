// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code docs/protocol.md} shows: examples as bytes and JSON, and the table of limits. */
public final class ProtocolDocument {
    private static final String CODE = " {4}";
    private static final String TEXT = read();

    private ProtocolDocument() {}

    private static String read() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/protocol.md"))) {
            folder = folder.getParent();
        }
        try {
            return Files.readString(folder.resolve("docs/protocol.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The example marked {@code golden: name}, as hexadecimal digits without spaces. */
    public static String golden(String name) {
        String mark = "`golden:\\s+" + name.replace(" ", "\\s+") + "`";
        Matcher block = Pattern.compile(mark + "[^\n]*\n\n((" + CODE + "[^\n]+\n)+)").matcher(TEXT);
        if (!block.find()) {
            throw new IllegalArgumentException("docs/protocol.md has no bytes of " + name);
        }
        return block.group(1).replaceAll("\\s", "");
    }

    /** The examples of control messages, in their order. */
    public static List<String> controlMessages() {
        return TEXT.lines()
                .filter(line -> line.startsWith("    {\"type\""))
                .map(String::strip)
                .toList();
    }

    /** The value of a row of the table of limits. */
    public static int limit(String name) {
        String row = "\n\\| " + Pattern.quote(name) + " \\| (\\d+) \\|";
        Matcher matcher = Pattern.compile(row).matcher(TEXT);
        if (!matcher.find()) {
            throw new IllegalArgumentException("docs/protocol.md has no limit " + name);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /** Whether the text says so, whatever its line breaks. */
    public static boolean says(String phrase) {
        return TEXT.replaceAll("\\s+", " ").contains(phrase);
    }
}
