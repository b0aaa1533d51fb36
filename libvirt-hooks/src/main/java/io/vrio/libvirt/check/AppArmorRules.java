// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The rules about files in a piece of an AppArmor profile (apparmor.d(5)); others are passed over.
 */
final class AppArmorRules {
    /** A path, with globs, and what may be done: {@code /{,var/}run/vrio/*.sock rw,}. */
    private static final Pattern FILE_RULE =
            Pattern.compile("\\s*(?:owner\\s+)?\"?(/[^\\s\"]*)\"?\\s+([a-zA-Z]+)\\s*,.*");

    /** Limit: characters of a glob; a longer one is passed over. */
    private static final int GLOB_LENGTH_MAX = 512;

    private final List<Pattern> writable;

    private AppArmorRules(List<Pattern> writable) {
        this.writable = writable;
    }

    static AppArmorRules parse(String text) {
        List<Pattern> writable = new ArrayList<>();
        text.lines()
                .map(FILE_RULE::matcher)
                .filter(rule -> rule.matches() && rule.group(1).length() <= GLOB_LENGTH_MAX)
                .filter(rule -> rule.group(2).contains("w"))
                .forEach(rule -> writable.add(Pattern.compile(expression(rule.group(1)))));
        return new AppArmorRules(writable);
    }

    /** connect(2) wants to write. */
    boolean isWritable(String path) {
        return writable.stream().anyMatch(pattern -> pattern.matcher(path).matches());
    }

    private static String expression(String glob) {
        StringBuilder expression = new StringBuilder();
        int open = 0;
        for (int i = 0; i < glob.length(); i++) {
            char sign = glob.charAt(i);
            boolean isDouble = sign == '*' && glob.startsWith("**", i);
            if (isDouble) {
                expression.append(".*");
                i++;
            } else if (sign == '{') {
                open++;
                expression.append("(?:");
            } else if (sign == '}' && open > 0) {
                open--;
                expression.append(')');
            } else {
                expression.append(expression(sign, open > 0));
            }
        }
        return expression.append(")".repeat(open)).toString();
    }

    private static String expression(char sign, boolean isAlternative) {
        return switch (sign) {
            case '*' -> "[^/]*";
            case '?' -> "[^/]";
            case ',' -> isAlternative ? "|" : ",";
            default -> Pattern.quote(String.valueOf(sign));
        };
    }
}
