// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.w3c.dom.Element;

/**
 * The places of a domain where PCI Express devices can be hot-plugged.
 *
 * @param named ports that the XML names
 * @param used how many of them have a device; a guess while libvirt has given no addresses
 */
public record PciPorts(int named, int used) {
    private static final String PORT = "pcie-root-port";

    /** Elements that are a PCI device each, whatever is in them. */
    private static final List<String> ALWAYS_PCI =
            List.of("interface", "rng", "filesystem", "vsock", "shmem", "crypto");

    /** Free ports; libvirt makes one in a new domain whose XML names none. */
    public int free() {
        return named == 0 ? 1 : Math.max(0, named - used);
    }

    static PciPorts of(Element devices) {
        List<Element> ports =
                XmlText.children(devices, "controller").stream()
                        .filter(controller -> controller.getAttribute("model").equals(PORT))
                        .toList();
        Set<Integer> buses = busesOfDevices(devices);
        if (buses.isEmpty()) {
            return new PciPorts(ports.size(), guess(devices));
        }
        int used = 0;
        for (Element port : ports) {
            used += buses.contains(number(port.getAttribute("index"))) ? 1 : 0;
        }
        return new PciPorts(ports.size(), used);
    }

    private static Set<Integer> busesOfDevices(Element devices) {
        Set<Integer> buses = new HashSet<>();
        for (Element device : XmlText.children(devices)) {
            for (Element address : XmlText.children(device, "address")) {
                if (address.getAttribute("type").equals("pci")) {
                    buses.add(number(address.getAttribute("bus")));
                }
            }
        }
        return buses;
    }

    /** Decimal or 0x; -1 for anything else. */
    private static int number(String text) {
        try {
            return Integer.decode(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static boolean hasUsb(Element devices) {
        return XmlText.children(devices, "controller").stream()
                .filter(controller -> controller.getAttribute("type").equals("usb"))
                .noneMatch(controller -> controller.getAttribute("model").equals("none"));
    }

    /** What libvirt will put behind ports, with the USB controller and balloon that it adds. */
    private static int guess(Element devices) {
        int count = hasUsb(devices) ? 1 : 0;
        for (Element device : XmlText.children(devices)) {
            String name = device.getLocalName();
            boolean isVirtioDisk =
                    name.equals("disk")
                            && XmlText.attribute(device, "target", "bus").equals("virtio");
            boolean isPassedThrough =
                    name.equals("hostdev") && device.getAttribute("type").equals("pci");
            boolean isController =
                    name.equals("controller")
                            && device.getAttribute("type").matches("scsi|virtio-serial");
            boolean isPci = isVirtioDisk || isPassedThrough || isController;
            count += isPci || ALWAYS_PCI.contains(name) ? 1 : 0;
        }
        boolean hasBalloon = !XmlText.attribute(devices, "memballoon", "model").equals("none");
        return count + (hasBalloon ? 1 : 0);
    }
}
