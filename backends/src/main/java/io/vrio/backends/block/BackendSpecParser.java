// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.backends.block.BackendSpec.NullSpec;
import io.vrio.backends.block.BackendSpec.RamSpec;
import io.vrio.common.io.DiskProperties;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads one backend specification: a kind, a colon, its main value, then options after commas. A
 * comma inside a value is written twice. Lives for one call; one thread.
 */
final class BackendSpecParser {
    private static final int BLOCK_SIZE_MAX = 65536;
    private static final int WORK_US_MAX = 10_000;

    /** Limit: characters of the operator's text that an error message repeats. */
    private static final int QUOTED_MAX = 120;

    private final String text;
    private final Set<String> seenKeys = new HashSet<>();
    private String mainValue;
    private long size;
    private boolean isDirect;
    private DirectIo io = DirectIo.ANY;
    private boolean isPreallocated;
    private int workUs;
    private boolean isReadOnly;
    private int blockSize;
    private String serial = "";

    BackendSpecParser(String text) {
        this.text = text;
    }

    /** Doubles the commas of a value. */
    static String escape(String value) {
        return value.replace(",", ",,");
    }

    BackendSpec parse() throws BackendException {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw invalid("no kind of backend before a colon", BackendSpec.LEGAL);
        }
        List<String> parts = split(text.substring(colon + 1));
        mainValue = parts.get(0);
        String kind = text.substring(0, colon);
        boolean isFile = kind.equals("file");
        if (!isFile && !kind.equals("ram") && !kind.equals("null")) {
            throw invalid("unknown kind of backend " + quote(kind), BackendSpec.LEGAL);
        }
        for (String option : parts.subList(1, parts.size())) {
            readOption(option, kind);
        }
        return isFile ? fileSpec() : memorySpec(kind);
    }

    private FileSpec fileSpec() throws BackendException {
        if (mainValue.isEmpty()) {
            throw invalid("no path after 'file:'", "file:PATH");
        }
        if (isReadOnly && isPreallocated) {
            throw invalid("'preallocate' changes the file, 'readonly' forbids it", "one of them");
        }
        if (io != DirectIo.ANY && !isDirect) {
            throw invalid("'io' chooses how to bypass the page cache", "with 'direct'");
        }
        checkBlocks();
        try {
            Path path = Path.of(mainValue).toAbsolutePath();
            return new FileSpec(path, size, isDirect, io, isPreallocated, options());
        } catch (InvalidPathException e) {
            throw invalid("not a path: " + quote(mainValue), "file:PATH");
        }
    }

    private BackendSpec memorySpec(String kind) throws BackendException {
        size = size(kind, mainValue);
        checkBlocks();
        return kind.equals("ram")
                ? new RamSpec(size, options())
                : new NullSpec(size, workUs, options());
    }

    private DiskOptions options() {
        return new DiskOptions(isReadOnly, blockSize, serial);
    }

    private void checkBlocks() throws BackendException {
        if (blockSize != 0 && size % blockSize != 0) {
            throw invalid(
                    "size " + size + " is not made of whole blocks", "a multiple of " + blockSize);
        }
    }

    private void readOption(String option, String kind) throws BackendException {
        int equals = option.indexOf('=');
        String key = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? null : option.substring(equals + 1);
        if (!seenKeys.add(key)) {
            throw invalid("option " + quote(key) + " is given twice", "once");
        }
        boolean isKnown =
                readCommonOption(key, value)
                        || kind.equals("file") && readFileOption(key, value)
                        || kind.equals("null") && readNullOption(key, value);
        if (!isKnown) {
            throw invalid("unknown option " + quote(option), BackendSpec.LEGAL);
        }
    }

    private boolean readCommonOption(String key, String value) throws BackendException {
        switch (key) {
            case "readonly" -> isReadOnly = flag(key, value);
            case "blocksize" -> blockSize = blockSize(value);
            case "serial" -> serial = serial(value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readFileOption(String key, String value) throws BackendException {
        switch (key) {
            case "size" -> size = size(key, value);
            case "direct" -> isDirect = flag(key, value);
            case "io" -> io = io(value);
            case "preallocate" -> isPreallocated = flag(key, value);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean readNullOption(String key, String value) throws BackendException {
        if (!key.equals("work")) {
            return false;
        }
        workUs = workUs(value);
        return true;
    }

    private boolean flag(String key, String value) throws BackendException {
        if (value != null) {
            throw invalid("option '" + key + "' takes no value", key);
        }
        return true;
    }

    private DirectIo io(String value) throws BackendException {
        DirectIo known = value == null ? null : DirectIo.ofText(value);
        if (known == null) {
            throw invalid("io: " + quote(value == null ? "" : value), DirectIo.LEGAL);
        }
        return known;
    }

    private long size(String key, String value) throws BackendException {
        long bytes = value == null ? -1 : ByteSize.parse(value);
        if (bytes <= 0 || bytes % DiskProperties.SECTOR != 0) {
            throw invalid(
                    key + ": " + quote(value == null ? "" : value) + " is not the size of a disk",
                    ByteSize.LEGAL + ", a multiple of 512 and more than 0");
        }
        return bytes;
    }

    private int blockSize(String value) throws BackendException {
        long bytes = value == null ? -1 : ByteSize.parse(value);
        boolean isInRange = bytes >= DiskProperties.SECTOR && bytes <= BLOCK_SIZE_MAX;
        if (!isInRange || Long.bitCount(bytes) != 1) {
            throw invalid(
                    "blocksize: " + quote(value == null ? "" : value) + " is not a block size",
                    "a power of two from 512 to " + BLOCK_SIZE_MAX);
        }
        return (int) bytes;
    }

    private int workUs(String value) throws BackendException {
        boolean isNumber = value != null && value.matches("[1-9][0-9]{0,4}");
        int us = isNumber ? Integer.parseInt(value) : 0;
        if (us < 1 || us > WORK_US_MAX) {
            throw invalid(
                    "work: " + quote(value == null ? "" : value) + " is not a time",
                    "microseconds from 1 to " + WORK_US_MAX);
        }
        return us;
    }

    private String serial(String value) throws BackendException {
        if (value == null || !value.matches("[A-Za-z0-9._-]{1,20}")) {
            throw invalid(
                    "serial: " + quote(value == null ? "" : value) + " is not a serial",
                    "1-" + DiskProperties.SERIAL_MAX + " of A-Z a-z 0-9 . _ -");
        }
        return value;
    }

    /** Cuts at single commas; a double comma stands for one inside a value. */
    private static List<String> split(String values) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < values.length(); i++) {
            char c = values.charAt(i);
            if (c != ',') {
                part.append(c);
            } else if (i + 1 < values.length() && values.charAt(i + 1) == ',') {
                part.append(c);
                i++;
            } else {
                parts.add(part.toString());
                part.setLength(0);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private BackendException invalid(String problem, String legal) {
        return new BackendException(
                "backend " + quote(text) + ": " + problem + " (legal: " + legal + ")");
    }

    /** On one line and of bounded length, whatever it holds. */
    private static String quote(String value) {
        String shown = value.length() > QUOTED_MAX ? value.substring(0, QUOTED_MAX) + "…" : value;
        return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
