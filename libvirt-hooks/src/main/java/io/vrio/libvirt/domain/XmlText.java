// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** XML from outside, read without following anything it refers to; and questions to its tree. */
final class XmlText {
    /** Limit: elements in elements; the walks of the tree are recursive. More are refused. */
    private static final int DEPTH_MAX = 256;

    private XmlText() {}

    /** Any problem ends the reading; without it the parser prints by itself. */
    private static final class Strict implements ErrorHandler {
        @Override
        public void warning(SAXParseException problem) throws SAXException {
            throw problem;
        }

        @Override
        public void error(SAXParseException problem) throws SAXException {
            throw problem;
        }

        @Override
        public void fatalError(SAXParseException problem) throws SAXException {
            throw problem;
        }
    }

    /** The outermost element. */
    static Element root(String text) throws DomainXmlException {
        if (text.length() > DomainXml.LENGTH_MAX) {
            throw new DomainXmlException(
                    "it is longer than " + DomainXml.LENGTH_MAX + " characters");
        }
        try {
            return builder().parse(new InputSource(new StringReader(text))).getDocumentElement();
        } catch (SAXParseException e) {
            throw new DomainXmlException("line " + e.getLineNumber() + ": " + e.getMessage(), e);
        } catch (SAXException | IOException e) {
            throw new DomainXmlException(String.valueOf(e.getMessage()), e);
        }
    }

    private static DocumentBuilder builder() {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultNSInstance();
        try {
            // Limit: the parser's own bounds on names, attributes and entities hold.
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setAttribute("jdk.xml.maxElementDepth", String.valueOf(DEPTH_MAX));
            // Without a doctype there are no entities but the five, and nothing to fetch.
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setExpandEntityReferences(false);
            factory.setXIncludeAware(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Strict());
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the parser of the JDK knows these features", e);
        }
    }

    /** Elements of libvirt's own: in the namespace of {@code parent}, which mostly is none. */
    static List<Element> children(Element parent, String name) {
        return children(parent, parent.getNamespaceURI(), name);
    }

    static List<Element> children(Element parent, String namespace, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element
                    && element.getLocalName().equals(name)
                    && String.valueOf(namespace).equals(String.valueOf(node.getNamespaceURI()))) {
                found.add(element);
            }
        }
        return found;
    }

    /** All of libvirt's own, whatever their name. */
    static List<Element> children(Element parent) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getNamespaceURI() == null) {
                found.add(element);
            }
        }
        return found;
    }

    /** Children of children, by their names from the outside in. */
    static List<Element> path(Element parent, String namespace, String... names) {
        List<Element> found = List.of(parent);
        for (String name : names) {
            found =
                    found.stream()
                            .flatMap(element -> children(element, namespace, name).stream())
                            .toList();
        }
        return found;
    }

    /** The first one of that name. */
    static Optional<Element> child(Element parent, String name) {
        return children(parent, name).stream().findFirst();
    }

    /** What is written between the tags of a child; empty when there is none. */
    static String text(Element parent, String name) {
        return child(parent, name).map(child -> child.getTextContent().strip()).orElse("");
    }

    /** An attribute of a child; empty when there is none. */
    static String attribute(Element parent, String name, String attribute) {
        return child(parent, name).map(child -> child.getAttribute(attribute)).orElse("");
    }

    /** The same for a number, {@code byDefault} when it is not there. */
    static int number(Element parent, String name, String attribute, int byDefault)
            throws DomainXmlException {
        String text = attribute(parent, name, attribute);
        if (text.isEmpty()) {
            return byDefault;
        }
        // Limit: 9 digits are always an int.
        if (!text.matches("[0-9]{1,9}")) {
            throw new DomainXmlException(
                    "<%s %s='%s'> is not a number".formatted(name, attribute, text));
        }
        return Integer.parseInt(text);
    }

    /**
     * For use inside of quotes.
     *
     * @throws IllegalArgumentException when no XML can hold it
     */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> escaped.append(escaped(point)));
        return escaped.toString();
    }

    private static String escaped(int point) {
        return switch (point) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&apos;";
            case '"' -> "&quot;";
            // As they are, a parser would take them for spaces.
            case '\t', '\n', '\r' -> "&#" + point + ";";
            default -> plain(point);
        };
    }

    /** XML 1.0, 2.2: most control characters can be written in no way. */
    private static String plain(int point) {
        boolean isSurrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
        if (point < ' ' || isSurrogate || point == 0xFFFE || point == 0xFFFF) {
            throw new IllegalArgumentException(
                    "no XML can hold the character U+%04X".formatted(point));
        }
        return Character.toString(point);
    }
}
