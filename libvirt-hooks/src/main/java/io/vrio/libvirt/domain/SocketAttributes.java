// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Exchanges paths of sockets in a domain XML and leaves every other byte as it is: libvirt compares
 * nothing, but people do.
 */
public final class SocketAttributes {
    /** Of a device's source, and of our metadata. The same path elsewhere means the same socket. */
    private static final Pattern ATTRIBUTE =
            Pattern.compile("(\\s(?:path|socket)\\s*=\\s*)(?:'([^'<]*)'|\"([^\"<]*)\")");

    private static final Pattern REFERENCE =
            Pattern.compile("&(?:#([0-9]{1,7})|#x(\\p{XDigit}{1,6})|(amp|lt|gt|apos|quot));");

    private SocketAttributes() {}

    /**
     * @param xml that was parsed before
     * @param paths from the path as it means to the one it shall be
     */
    public static String replace(String xml, Map<String, String> paths) {
        return ATTRIBUTE
                .matcher(xml)
                .replaceAll(found -> Matcher.quoteReplacement(one(found, paths)));
    }

    private static String one(MatchResult found, Map<String, String> paths) {
        String written = found.group(2) == null ? found.group(3) : found.group(2);
        String path = paths.get(decoded(written));
        return path == null ? found.group() : found.group(1) + '\'' + encoded(path) + '\'';
    }

    private static String decoded(String written) {
        return REFERENCE
                .matcher(written)
                .replaceAll(found -> Matcher.quoteReplacement(character(found)));
    }

    private static String character(MatchResult reference) {
        if (reference.group(1) != null) {
            return text(Integer.parseInt(reference.group(1)), reference);
        }
        if (reference.group(2) != null) {
            return text(Integer.parseInt(reference.group(2), 16), reference);
        }
        return switch (reference.group(3)) {
            case "amp" -> "&";
            case "lt" -> "<";
            case "gt" -> ">";
            case "apos" -> "'";
            default -> "\"";
        };
    }

    private static String text(int codePoint, MatchResult reference) {
        return Character.isValidCodePoint(codePoint)
                ? Character.toString(codePoint)
                : reference.group();
    }

    private static String encoded(String path) {
        return path.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&apos;")
                .replace("\"", "&quot;");
    }
}
