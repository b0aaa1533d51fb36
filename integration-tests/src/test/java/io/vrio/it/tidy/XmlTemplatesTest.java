// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.XmlTemplate;
import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceElement;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainXml;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The templates of domains and devices, without libvirt: complete, explained, as we write them. */
class XmlTemplatesTest {
    private static final Path README = Path.of("xml-templates/README.md");

    /** The first column of a table. */
    private static final Pattern PLACEHOLDER_ROW = Pattern.compile("^\\| `@([A-Z_]+)@` \\|.*");

    private static final Pattern FILE_ROW = Pattern.compile("^\\| `([a-z-]+\\.xml)` \\|.*");

    static Stream<String> templates() throws Exception {
        return SourceTree.files().stream()
                .filter(file -> file.startsWith("xml-templates") && file.toString().endsWith("xml"))
                .map(file -> file.getFileName().toString());
    }

    @ParameterizedTest
    @MethodSource("templates")
    void shouldBeWellFormedWhenFilled(String name) {
        XmlTemplate.parsed(XmlTemplate.filled(name));
    }

    @Test
    void shouldExplainEachPlaceholderAndNoOther() throws Exception {
        TreeSet<String> used = new TreeSet<>();
        templates().forEach(name -> used.addAll(XmlTemplate.placeholders(name)));

        assertEquals(used, new TreeSet<>(firstColumn(PLACEHOLDER_ROW)));
    }

    @Test
    void shouldExplainEachPlaceholderInAllItsColumns() {
        assertEquals(
                List.of(),
                SourceTree.lines(README).stream()
                        .filter(line -> PLACEHOLDER_ROW.matcher(line).matches())
                        .filter(line -> !line.matches("\\|( [^|]*\\S[^|]* \\|){4}"))
                        .toList());
    }

    @Test
    void shouldListEachTemplateAndNoOther() throws Exception {
        assertEquals(new TreeSet<>(templates().toList()), new TreeSet<>(firstColumn(FILE_ROW)));
    }

    private static List<String> firstColumn(Pattern row) {
        return SourceTree.lines(README).stream()
                .map(row::matcher)
                .filter(matcher -> matcher.matches())
                .map(matcher -> matcher.group(1))
                .toList();
    }

    @Test
    void shouldHaveTheDiskThatTheCommandPrints() {
        assertEquals(
                XmlTemplate.compact(
                        DeviceElement.disk("/run/vrio/vm1.sock", "vda", OptionalInt.of(1)).text()),
                XmlTemplate.compact(XmlTemplate.filled("disk.xml")));
    }

    @Test
    void shouldHaveTheNicThatTheCommandPrints() {
        DeviceElement nic =
                DeviceElement.nic(
                        "/run/vrio/vm1-net.sock",
                        Optional.of("52:54:00:00:00:01"),
                        OptionalInt.of(1));

        assertEquals(
                XmlTemplate.compact(nic.text()),
                XmlTemplate.compact(XmlTemplate.filled("interface.xml")));
    }

    /** A domain of pieces would be too many files for a reader; so they are repeated in it. */
    @ParameterizedTest
    @MethodSource("piecesOfTheDomain")
    void shouldRepeatThePiecesInTheDomain(String piece) {
        String domain = XmlTemplate.compact(XmlTemplate.filled("domain.xml"));

        assertTrue(domain.contains(XmlTemplate.compact(XmlTemplate.filled(piece))), domain);
    }

    static Stream<String> piecesOfTheDomain() {
        return Stream.of(
                "disk.xml",
                "interface.xml",
                "memory-memfd.xml",
                "metadata.xml",
                "pcie-root-port.xml");
    }

    @Test
    void shouldMeanTheSameToUs() throws Exception {
        Domain domain = DomainXml.parse(XmlTemplate.filled("domain.xml"));

        assertTrue(domain.isMemoryShared());
        assertEquals(
                List.of(
                        new DescribedDevice(
                                DeviceKind.DISK, "vm1", Optional.of(Path.of("/run/vrio/vm1.sock"))),
                        new DescribedDevice(
                                DeviceKind.NIC,
                                "vm1-net",
                                Optional.of(Path.of("/run/vrio/vm1-net.sock")))),
                domain.described());
        assertEquals(
                List.of("/run/vrio/vm1.sock", "/run/vrio/vm1-net.sock"),
                domain.devices().stream().map(device -> device.socket()).toList());
    }
}
