// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import io.vrio.common.io.DeviceName;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.w3c.dom.Element;

/**
 * Reads what libvirt writes: {@code virsh dumpxml}, and what a hook is given. Elements that vRIO
 * does not know are passed over.
 */
public final class DomainXml {
    /** The namespace of our metadata. */
    public static final String NAMESPACE = "https://vrio.io/xmlns/domain/1.0";

    /** Limit: characters of a domain XML; a longer one is refused. */
    public static final int LENGTH_MAX = 1 << 20;

    /** Limit: vhostuser and described devices of a domain; more are refused. */
    static final int DEVICES_MAX = 1024;

    /** Limit: characters of a domain's name; libvirt names files after it. */
    private static final int NAME_LENGTH_MAX = 255;

    private DomainXml() {}

    /**
     * @throws DomainXmlException with one line, also for hostile text
     */
    public static Domain parse(String text) throws DomainXmlException {
        Element domain = XmlText.root(text);
        if (!domain.getLocalName().equals("domain")) {
            throw new DomainXmlException(
                    "the outermost element is <%s>, not <domain>".formatted(domain.getTagName()));
        }
        Element os = XmlText.child(domain, "os").orElse(domain);
        return new Domain(
                name(domain),
                XmlText.text(domain, "uuid"),
                domain.getAttribute("type"),
                XmlText.attribute(os, "type", "machine"),
                isMemoryShared(domain),
                List.copyOf(devices(domain)),
                List.copyOf(described(domain)));
    }

    private static String name(Element domain) throws DomainXmlException {
        String name = XmlText.text(domain, "name");
        if (name.length() > NAME_LENGTH_MAX) {
            throw new DomainXmlException(
                    "the domain's name is longer than " + NAME_LENGTH_MAX + " characters");
        }
        return name;
    }

    /** Either all of the memory, or each part of it by itself. */
    private static boolean isMemoryShared(Element domain) {
        Optional<Element> backing = XmlText.child(domain, "memoryBacking");
        if (backing.isPresent()
                && XmlText.attribute(backing.get(), "access", "mode").equals("shared")) {
            return true;
        }
        List<Element> cells =
                XmlText.child(domain, "cpu")
                        .flatMap(cpu -> XmlText.child(cpu, "numa"))
                        .map(numa -> XmlText.children(numa, "cell"))
                        .orElse(List.of());
        return !cells.isEmpty()
                && cells.stream().allMatch(cell -> cell.getAttribute("memAccess").equals("shared"));
    }

    private static List<VhostUserDevice> devices(Element domain) throws DomainXmlException {
        List<VhostUserDevice> found = new ArrayList<>();
        for (Element devices : XmlText.children(domain, "devices")) {
            for (DeviceKind kind : DeviceKind.values()) {
                for (Element device : XmlText.children(devices, kind.element())) {
                    if (device.getAttribute("type").equals("vhostuser")) {
                        found.add(device(kind, device));
                    }
                }
            }
        }
        return checked(found);
    }

    private static VhostUserDevice device(DeviceKind kind, Element device)
            throws DomainXmlException {
        Optional<Element> source = XmlText.child(device, "source");
        String socket = source.map(element -> element.getAttribute("path")).orElse("");
        if (socket.isEmpty()) {
            throw new DomainXmlException(
                    "a vhostuser <%s> has no <source path='...'/>".formatted(kind.element()));
        }
        return new VhostUserDevice(
                kind,
                socket,
                source.get().getAttribute("mode").equals("server"),
                reconnect(source.get()),
                XmlText.number(device, "driver", "queues", 1),
                XmlText.attribute(device, "mac", "address"),
                XmlText.attribute(device, "target", "dev"),
                switch (kind) {
                    case DISK -> XmlText.attribute(device, "target", "bus");
                    case NIC -> XmlText.attribute(device, "model", "type");
                });
    }

    private static Reconnect reconnect(Element source) throws DomainXmlException {
        boolean isEnabled = XmlText.attribute(source, "reconnect", "enabled").equals("yes");
        return isEnabled
                ? new Reconnect(true, XmlText.number(source, "reconnect", "timeout", 0))
                : Reconnect.NEVER;
    }

    private static List<DescribedDevice> described(Element domain) throws DomainXmlException {
        List<DescribedDevice> found = new ArrayList<>();
        for (Element metadata : XmlText.children(domain, "metadata")) {
            for (Element devices : XmlText.children(metadata, NAMESPACE, "devices")) {
                for (DeviceKind kind : DeviceKind.values()) {
                    for (Element device : XmlText.children(devices, NAMESPACE, kind.command())) {
                        found.add(described(kind, device));
                    }
                }
            }
        }
        return checked(found);
    }

    private static DescribedDevice described(DeviceKind kind, Element device)
            throws DomainXmlException {
        String name = device.getAttribute("name");
        if (!DeviceName.isLegal(name)) {
            throw new DomainXmlException(
                    "metadata <%s name='%s'>: a name is %s"
                            .formatted(device.getTagName(), name, DeviceName.LEGAL));
        }
        String socket = device.getAttribute("socket");
        return new DescribedDevice(
                kind, name, socket.isEmpty() ? Optional.empty() : Optional.of(path(name, socket)));
    }

    private static Path path(String name, String socket) throws DomainXmlException {
        try {
            Path path = Path.of(socket);
            if (path.isAbsolute()) {
                return path.normalize();
            }
        } catch (InvalidPathException e) {
            // Reported below, together with relative paths.
        }
        throw new DomainXmlException(
                "metadata of %s: socket '%s' is not an absolute path".formatted(name, socket));
    }

    private static <T> List<T> checked(List<T> devices) throws DomainXmlException {
        if (devices.size() > DEVICES_MAX) {
            throw new DomainXmlException("it has more than " + DEVICES_MAX + " devices of a kind");
        }
        return devices;
    }
}
