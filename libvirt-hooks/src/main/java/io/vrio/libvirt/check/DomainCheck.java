// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DomainDetails;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** All rules, over one domain. */
public final class DomainCheck {
    private static final List<Rule> RULES =
            Stream.of(
                            MemoryRules.ALL,
                            ElementRules.ALL,
                            ConnectionRules.ALL,
                            SocketRules.ALL,
                            ServedRules.ALL,
                            QemuRules.ALL,
                            LimitRules.ALL)
                    .flatMap(List::stream)
                    .toList();

    private DomainCheck() {}

    /** The worst first; none for a domain without a vhostuser or described device. */
    public static List<Finding> findings(DomainDetails details, Host host) {
        if (details.devices().isEmpty() && details.domain().described().isEmpty()) {
            return List.of();
        }
        Subject subject = new Subject(details, host);
        return RULES.stream()
                .flatMap(rule -> rule.check(subject))
                .distinct()
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
    }
}
