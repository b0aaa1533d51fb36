// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** Where the devices of one domain XML are plugged in, and what is free for a further one. */
public final class DevicePlaces {
    /** Limit: vda to vdzz; libvirt takes more, no guest has them. */
    private static final int TARGETS_MAX = 26 + 26 * 26;

    /** Limit: of a conventional bus; slot 0 is its bridge. */
    private static final int SLOTS_MAX = 31;

    private final List<Element> devices;

    private DevicePlaces(List<Element> devices) {
        this.devices = devices;
    }

    /**
     * @throws DomainXmlException with one line, also for hostile text
     */
    public static DevicePlaces read(String text) throws DomainXmlException {
        List<Element> devices = new ArrayList<>();
        for (Element group : XmlText.children(XmlText.root(text), "devices")) {
            for (Node node = group.getFirstChild(); node != null; node = node.getNextSibling()) {
                if (node instanceof Element device) {
                    devices.add(device);
                }
            }
        }
        return new DevicePlaces(devices);
    }

    /** The element of the vhostuser device with this socket, whole, as libvirt wrote it. */
    public Optional<String> element(DeviceKind kind, String socket) {
        return devices.stream()
                .filter(device -> device.getLocalName().equals(kind.element()))
                .filter(device -> device.getAttribute("type").equals("vhostuser"))
                .filter(device -> XmlText.attribute(device, "source", "path").equals(socket))
                .findFirst()
                .map(DevicePlaces::text);
    }

    private static String text(Element element) {
        try {
            Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter text = new StringWriter();
            transformer.transform(new DOMSource(element), new StreamResult(text));
            return text.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException("writing a tree that was read", e);
        }
    }

    /** The names that disks of any type have in the guest. */
    public Set<String> targets() {
        Set<String> targets = new TreeSet<>();
        for (Element device : devices) {
            if (device.getLocalName().equals(DeviceKind.DISK.element())) {
                targets.add(XmlText.attribute(device, "target", "dev"));
            }
        }
        return targets;
    }

    /** The first name of a virtio disk that is not among {@code taken}; none when all are. */
    public static Optional<String> freeTarget(Set<String> taken) {
        for (int index = 0; index < TARGETS_MAX; index++) {
            String target = "vd" + letters(index);
            if (!taken.contains(target)) {
                return Optional.of(target);
            }
        }
        return Optional.empty();
    }

    /** a to z, aa to zz. */
    private static String letters(int index) {
        String last = String.valueOf((char) ('a' + index % 26));
        return index < 26 ? last : letters(index / 26 - 1) + last;
    }

    /**
     * Whether a PCI device can be plugged in while the guest runs: PCI Express wants an empty port,
     * a conventional bus an empty slot. True for machines without either.
     */
    public boolean hasFreePort() {
        List<Element> ports = controllers("pcie-root-port", "pcie-switch-downstream-port");
        if (!controllers("pcie-root").isEmpty()) {
            Set<Integer> busy = busyBuses();
            return ports.stream()
                    .filter(port -> !XmlText.attribute(port, "target", "hotplug").equals("off"))
                    .anyMatch(port -> !busy.contains(number(port.getAttribute("index"))));
        }
        int buses = controllers("pci-root", "pci-bridge").size();
        return buses == 0 || slotsTaken() < buses * SLOTS_MAX;
    }

    private List<Element> controllers(String... models) {
        return devices.stream()
                .filter(device -> device.getLocalName().equals("controller"))
                .filter(device -> device.getAttribute("type").equals("pci"))
                .filter(device -> List.of(models).contains(device.getAttribute("model")))
                .toList();
    }

    private Set<Integer> busyBuses() {
        Set<Integer> buses = new HashSet<>();
        for (Element device : devices) {
            if (XmlText.attribute(device, "address", "type").equals("pci")) {
                buses.add(number(XmlText.attribute(device, "address", "bus")));
            }
        }
        return buses;
    }

    private int slotsTaken() {
        Set<String> slots = new HashSet<>();
        for (Element device : devices) {
            if (XmlText.attribute(device, "address", "type").equals("pci")) {
                slots.add(
                        XmlText.attribute(device, "address", "bus")
                                + "/"
                                + XmlText.attribute(device, "address", "slot"));
            }
        }
        return slots.size();
    }

    /** As libvirt writes them: 3, 0x03; -1 when it is none. */
    private static int number(String text) {
        return text.matches("0x[0-9a-fA-F]{1,4}|0|[1-9][0-9]{0,4}") ? Integer.decode(text) : -1;
    }
}
