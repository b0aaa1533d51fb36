// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

/** A domain XML cannot be understood. The message is one line for the operator. */
public final class DomainXmlException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Limit: characters of the message; the XML may have put anything into it. */
    private static final int LENGTH_MAX = 300;

    public DomainXmlException(String problem) {
        super(line(problem));
    }

    public DomainXmlException(String problem, Throwable cause) {
        super(line(problem), cause);
    }

    private static String line(String problem) {
        String line = "domain XML: " + problem.replaceAll("\\p{Cntrl}+", " ");
        return line.length() > LENGTH_MAX ? line.substring(0, LENGTH_MAX) + " ..." : line;
    }
}
