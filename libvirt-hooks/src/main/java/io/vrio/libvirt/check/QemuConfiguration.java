// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom libvirt runs QEMU as, from the texts of its and the system's configuration.
 *
 * @param qemuConf qemu.conf of libvirt
 * @param passwd as passwd(5)
 * @param group as group(5)
 */
record QemuConfiguration(String qemuConf, String passwd, String group) {
    /** What libvirt is built with, on Debian and its kin, and elsewhere. */
    private static final List<String> USERS = List.of("libvirt-qemu", "qemu");

    private static final int USER = 2;
    private static final int FIRST_GROUP = 3;

    private static final int GROUP = 2;
    private static final int MEMBERS = 3;

    /** As initgroups(3): the user's first group, those it is a member of, and the chosen one. */
    Optional<Account> account() {
        String wanted =
                setting("user")
                        .or(
                                () ->
                                        USERS.stream()
                                                .filter(name -> row(passwd, name) != null)
                                                .findFirst())
                        .orElse("");
        String[] row = row(passwd, wanted);
        if (row == null) {
            return Optional.empty();
        }
        Set<Integer> groups = new HashSet<>();
        number(row, FIRST_GROUP).ifPresent(groups::add);
        for (String line : group.split("\n")) {
            String[] fields = line.split(":", -1);
            if (fields.length > MEMBERS && List.of(fields[MEMBERS].split(",")).contains(row[0])) {
                number(fields, GROUP).ifPresent(groups::add);
            }
        }
        String[] chosen = row(group, setting("group").orElse(row[0]));
        if (chosen != null) {
            number(chosen, GROUP).ifPresent(groups::add);
        }
        OptionalInt user = number(row, USER);
        return user.isPresent()
                ? Optional.of(new Account(row[0], user.getAsInt(), groups))
                : Optional.empty();
    }

    /** Whether libvirt was told to confine QEMU by nothing. */
    boolean isUnconfined() {
        return setting("security_driver").filter("none"::equals).isPresent()
                || qemuConf.matches("(?ms).*^\\s*security_driver\\s*=\\s*\\[\\s*\"none\"\\s*].*");
    }

    /** The last one counts; a comment is none. */
    private Optional<String> setting(String name) {
        Pattern line = Pattern.compile("(?m)^[ \t]*" + name + "[ \t]*=[ \t]*\"([^\"]*)\"");
        return line.matcher(qemuConf).results().reduce((first, last) -> last).map(m -> m.group(1));
    }

    /** A row by its name or, as {@code +N} or {@code N}, its number; null when there is none. */
    private static String[] row(String table, String wanted) {
        Matcher number = Pattern.compile("\\+?([0-9]+)").matcher(wanted);
        for (String line : table.split("\n")) {
            String[] fields = line.split(":", -1);
            if (fields.length <= USER) {
                continue;
            }
            boolean isNumber = number.matches() && fields[USER].equals(number.group(1));
            if (fields[0].equals(wanted) || isNumber) {
                return fields;
            }
        }
        return null;
    }

    private static OptionalInt number(String[] fields, int index) {
        // Limit: 9 digits are always an int; larger ids are of no file that matters here.
        return index < fields.length && fields[index].matches("[0-9]{1,9}")
                ? OptionalInt.of(Integer.parseInt(fields[index]))
                : OptionalInt.empty();
    }
}
