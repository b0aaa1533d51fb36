// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

/**
 * One thing to tell the operator of a domain.
 *
 * @param where "domain", or the device as its domain names it
 * @param problem what is so, and what comes of it
 * @param advice what to do; empty when there is nothing to do
 */
public record Finding(Severity severity, String where, String problem, String advice) {
    /** Limit: characters of each text; an XML may have put anything into it. */
    private static final int LENGTH_MAX = 400;

    public Finding {
        where = line(where);
        problem = line(problem);
        advice = line(advice);
    }

    private static String line(String text) {
        String line = text.replaceAll("\\p{Cc}+", "?");
        return line.length() > LENGTH_MAX ? line.substring(0, LENGTH_MAX) + " ..." : line;
    }

    static Finding error(String where, String problem, String advice) {
        return new Finding(Severity.ERROR, where, problem, advice);
    }

    static Finding warning(String where, String problem, String advice) {
        return new Finding(Severity.WARNING, where, problem, advice);
    }

    static Finding note(String where, String problem, String advice) {
        return new Finding(Severity.NOTE, where, problem, advice);
    }
}
