// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import io.vrio.libvirt.domain.DeviceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import java.util.function.UnaryOperator;
import picocli.CommandLine;

/**
 * What differs between the verbs of disks and those of NICs. Their texts say {@code ${bundle:...}}
 * for the words of NAME.properties.
 *
 * @param name as in the commands of the daemons
 * @param atIohyp the columns of a list there
 * @param backend brings what an operator wrote for one into its one form, or throws {@link
 *     CommandLine.TypeConversionException}
 */
record DeviceNoun(
        String name, List<Column> atIohyp, List<Column> atServer, UnaryOperator<String> backend) {

    /** The noun with the verbs of all devices and those of its own. */
    CommandLine tree(String description, Dialogue dialogue, Object... ownVerbs) {
        List<Object> verbs = new ArrayList<>(List.of(ownVerbs));
        verbs.add(new CreateVerb(this, dialogue));
        verbs.add(new DeleteVerb(this, dialogue));
        verbs.add(new ListVerb(this, dialogue));
        verbs.add(new ShowVerb(this, dialogue));
        verbs.add(new StatsVerb(this, dialogue));
        return Noun.tree(name, description, verbs).setResourceBundle(words());
    }

    /** The command of a daemon that does what the verb says. */
    String command(String verb) {
        return name + " " + verb;
    }

    DeviceKind kind() {
        return DeviceKind.valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** As people write it: disk, NIC. */
    String word() {
        return words().getString("device");
    }

    private ResourceBundle words() {
        String bundle = DeviceNoun.class.getPackageName() + "." + name;
        return ResourceBundle.getBundle(bundle, Locale.ROOT);
    }
}
