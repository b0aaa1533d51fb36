// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules together; each of them has its own test. */
class DomainCheckTest {
    private static final Finding MIGRATION =
            Finding.note(
                    "domain",
                    "virsh migrate --live is refused: the other host cannot have its devices while"
                            + " this one has them",
                    "shut it down here and start it there");

    private final FakeHost host = new FakeHost();

    @Test
    void shouldFindNothingWrongWhereAllIsWell() {
        assertEquals(List.of(MIGRATION), host.findings(FakeHost.DOMAIN));
    }

    @Test
    void shouldSayWhatItCannotCheckWithoutAServer() {
        assertEquals(
                List.of(
                        Finding.note(
                                "domain",
                                "not checked: what the devices are; no vrio server answers here",
                                "start vrio server, name its --control path, or become root"),
                        MIGRATION),
                host.withoutServer().findings(FakeHost.DOMAIN));
    }

    @Test
    void shouldHaveNothingToSayOfOtherDomains() {
        String other = "<domain type='qemu'><name>x</name><devices/></domain>";

        assertEquals(List.of(), host.withoutServer().findings(other));
    }

    @Test
    void shouldTellTheWorstFirst() {
        List<Severity> severities =
                host
                        .findings(
                                FakeHost.changed("<reconnect enabled='yes' timeout='1'/>", "")
                                        .replace("<target dev='vda'", "<serial/><target dev='vda'"))
                        .stream()
                        .map(Finding::severity)
                        .toList();

        assertEquals(severities.stream().sorted().toList(), severities);
        assertEquals(Severity.ERROR, severities.get(0));
    }

    @Test
    void shouldTellEachThingInOneLine() {
        String path = "/run/\u0085&#10;" + "x".repeat(500);

        List<Finding> findings = host.findings(FakeHost.changed(FakeHost.DISK, path));

        assertTrue(findings.size() > 1, findings.toString());
        assertEquals(
                List.of(),
                findings.stream()
                        .filter(found -> found.toString().matches("(?s).*\\p{Cc}.*"))
                        .toList());
        assertEquals(List.of(), findings.stream().filter(f -> f.problem().length() > 404).toList());
    }
}
