// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;

/**
 * A domain XML with what only a check looks at.
 *
 * @param emulator path of QEMU; empty when libvirt shall choose
 * @param vcpus processors of the guest, those that can be added later included
 * @param hasMemorySource otherwise libvirt takes a file for shared memory
 * @param hasNoVectors whether QEMU's command line takes MSI-X from NICs with one queue pair
 * @param withoutVectors aliases of NICs that it is taken from one by one
 * @param devices as in {@code domain}
 */
public record DomainDetails(
        Domain domain,
        String emulator,
        int vcpus,
        boolean hasMemorySource,
        boolean hasNoVectors,
        Set<String> withoutVectors,
        PciPorts ports,
        List<DeviceDetails> devices) {
    private static final String QEMU = "http://libvirt.org/schemas/domain/qemu/1.0";

    /** Elements that say nothing but where libvirt has put a device. */
    private static final Set<String> PLACES = Set.of("address", "alias", "boot");

    /**
     * @throws DomainXmlException with one line, also for hostile text
     */
    public static DomainDetails parse(String text) throws DomainXmlException {
        Domain domain = DomainXml.parse(text);
        Element root = XmlText.root(text);
        Element devices = XmlText.child(root, "devices").orElse(root);
        return new DomainDetails(
                domain,
                XmlText.text(devices, "emulator"),
                vcpus(root),
                hasMemorySource(root),
                arguments(root).contains("virtio-net-pci.vectors=0"),
                withoutVectors(root),
                PciPorts.of(devices),
                devices(domain, devices));
    }

    private static int vcpus(Element root) throws DomainXmlException {
        String text = XmlText.text(root, "vcpu");
        // Limit: 6 digits are always an int; libvirt knows 4096 processors at most.
        if (!text.matches("[0-9]{0,6}")) {
            throw new DomainXmlException("<vcpu>" + text + "</vcpu> is not a number");
        }
        return text.isEmpty() ? 1 : Integer.parseInt(text);
    }

    private static boolean hasMemorySource(Element root) {
        return XmlText.child(root, "memoryBacking")
                .filter(
                        backing ->
                                XmlText.child(backing, "hugepages").isPresent()
                                        || !XmlText.attribute(backing, "source", "type").isEmpty())
                .isPresent();
    }

    private static List<String> arguments(Element root) {
        return XmlText.path(root, QEMU, "commandline", "arg").stream()
                .map(argument -> argument.getAttribute("value"))
                .toList();
    }

    private static Set<String> withoutVectors(Element root) {
        Set<String> aliases = new HashSet<>();
        for (Element device : XmlText.path(root, QEMU, "override", "device")) {
            if (XmlText.path(device, QEMU, "frontend", "property").stream()
                    .anyMatch(DomainDetails::isNoVectors)) {
                aliases.add(device.getAttribute("alias"));
            }
        }
        return aliases;
    }

    private static boolean isNoVectors(Element property) {
        return property.getAttribute("name").equals("vectors")
                && property.getAttribute("value").equals("0");
    }

    /** In the order of {@link Domain#devices}: by kind, then as written. */
    private static List<DeviceDetails> devices(Domain domain, Element devices) {
        List<DeviceDetails> found = new ArrayList<>();
        for (DeviceKind kind : DeviceKind.values()) {
            List<Element> all = XmlText.children(devices, kind.element());
            for (int index = 0; index < all.size(); index++) {
                if (all.get(index).getAttribute("type").equals("vhostuser")) {
                    VhostUserDevice device = domain.devices().get(found.size());
                    found.add(device(device, all.get(index), index));
                }
            }
        }
        return found;
    }

    private static DeviceDetails device(VhostUserDevice device, Element element, int index) {
        String written = XmlText.attribute(element, "alias", "name");
        return new DeviceDetails(
                device,
                written.isEmpty() ? byLibvirt(device, index) : written,
                !XmlText.attribute(element, "driver", "queues").isEmpty(),
                settings(element));
    }

    private static String byLibvirt(VhostUserDevice device, int index) {
        return switch (device.kind()) {
            case DISK -> "virtio-disk" + index;
            case NIC -> "net" + index;
        };
    }

    private static Set<String> settings(Element device) {
        Set<String> settings = new TreeSet<>();
        attributes(device).forEach(attribute -> settings.add(pair(attribute)));
        for (Element child : XmlText.children(device)) {
            String name = child.getLocalName();
            if (!PLACES.contains(name)) {
                settings.add(name);
                for (Attr attribute : attributes(child)) {
                    settings.add(name + " " + attribute.getName());
                    settings.add(name + " " + pair(attribute));
                }
            }
        }
        return settings;
    }

    private static String pair(Attr attribute) {
        return attribute.getName() + "=" + attribute.getValue();
    }

    private static List<Attr> attributes(Element element) {
        NamedNodeMap map = element.getAttributes();
        List<Attr> attributes = new ArrayList<>();
        for (int i = 0; i < map.getLength(); i++) {
            attributes.add((Attr) map.item(i));
        }
        return attributes;
    }
}
