// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.fuzz;

import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;

/** All targets that the class path has, by name. */
public final class FuzzTargets {
    private static final String SUFFIX = "-target";

    private FuzzTargets() {}

    /** In alphabetical order. */
    public static List<String> names() {
        return ServiceLoader.load(FuzzTarget.class).stream()
                .map(FuzzTargets::name)
                .sorted()
                .toList();
    }

    /** Makes a target. */
    public static FuzzTarget open(String name) {
        return ServiceLoader.load(FuzzTarget.class).stream()
                .filter(provider -> name(provider).equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no target " + name + " of " + names()))
                .get();
    }

    /** VhostUserMessageTarget is vhost-user-message. */
    private static String name(Provider<FuzzTarget> provider) {
        String kebab =
                provider.type()
                        .getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                        .toLowerCase(Locale.ROOT);
        return kebab.substring(0, kebab.length() - SUFFIX.length());
    }
}
