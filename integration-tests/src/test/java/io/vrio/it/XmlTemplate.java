// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The files of xml-templates, filled in with what a first user would write. */
public final class XmlTemplate {
    private static final Pattern PLACEHOLDER = Pattern.compile("@([A-Z_]+)@");

    private static final Map<String, String> VALUES =
            Map.ofEntries(
                    Map.entry("VM", "vm1"),
                    Map.entry("DOMAIN_TYPE", "qemu"),
                    Map.entry("MEMORY_MIB", "256"),
                    Map.entry("VCPUS", "2"),
                    Map.entry("CELL_CPUS", "0-1"),
                    Map.entry("HUGEPAGE_KIB", "2048"),
                    Map.entry("DISK", "vm1"),
                    Map.entry("DISK_SOCKET", "/run/vrio/vm1.sock"),
                    Map.entry("TARGET", "vda"),
                    Map.entry("NIC", "vm1-net"),
                    Map.entry("NIC_SOCKET", "/run/vrio/vm1-net.sock"),
                    Map.entry("MAC", "52:54:00:00:00:01"),
                    Map.entry("QUEUES", "1"),
                    Map.entry("MTU", "9000"),
                    Map.entry("NIC_ALIAS", "net0"));

    private XmlTemplate() {}

    private static String text(String name) {
        try {
            return Files.readString(SourceTree.root().resolve("xml-templates").resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static TreeSet<String> placeholders(String name) {
        TreeSet<String> found = new TreeSet<>();
        PLACEHOLDER.matcher(text(name)).results().forEach(match -> found.add(match.group(1)));
        return found;
    }

    /** With the values of this class. */
    public static String filled(String name) {
        return PLACEHOLDER.matcher(text(name)).replaceAll(XmlTemplate::value);
    }

    private static String value(MatchResult placeholder) {
        String value = VALUES.get(placeholder.group(1));
        if (value == null) {
            throw new IllegalStateException("the tests have no value for " + placeholder.group());
        }
        return value;
    }

    /**
     * @throws IllegalArgumentException when it is not well-formed
     */
    public static Document parsed(String text) {
        try {
            return DocumentBuilderFactory.newDefaultNSInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(text)));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** The elements in one line, without comments and layout: equal where the meaning is. */
    public static String compact(String text) {
        Element root = parsed(text).getDocumentElement();
        strip(root);
        return written(root);
    }

    private static void strip(Node parent) {
        NodeList children = parent.getChildNodes();
        for (int i = children.getLength() - 1; i >= 0; i--) {
            Node child = children.item(i);
            boolean isLayout =
                    child.getNodeType() == Node.COMMENT_NODE
                            || child.getNodeType() == Node.TEXT_NODE
                                    && child.getTextContent().isBlank();
            if (isLayout) {
                parent.removeChild(child);
            } else {
                strip(child);
            }
        }
    }

    private static String written(Element root) {
        try {
            Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            StringWriter written = new StringWriter();
            transformer.transform(new DOMSource(root), new StreamResult(written));
            return written.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The filled domain without some of its elements. */
    public static String domainWithout(String element) {
        return changed(element, null);
    }

    /** The filled domain with another piece instead of its own of that kind, or besides. */
    public static String domainWith(String piece) {
        Element element = parsed(filled(piece)).getDocumentElement();
        return changed(element.getTagName(), element);
    }

    private static String changed(String removed, Element added) {
        Document domain = parsed(filled("domain.xml"));
        Element root = domain.getDocumentElement();
        NodeList old = root.getElementsByTagName(removed);
        while (old.getLength() > 0) {
            old.item(0).getParentNode().removeChild(old.item(0));
        }
        if (added != null) {
            root.appendChild(domain.importNode(added, true));
        }
        return written(root);
    }
}
