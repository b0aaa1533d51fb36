// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

/** Something with libvirt or the server did not work. One line for the operator. */
public final class AdminException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Limit: characters of the message; parts of it come from other programs. */
    private static final int LENGTH_MAX = 1000;

    public AdminException(String problem) {
        super(line(problem));
    }

    public AdminException(String problem, Throwable cause) {
        super(line(problem), cause);
    }

    private static String line(String problem) {
        String line = problem.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > LENGTH_MAX ? line.substring(0, LENGTH_MAX) + " ..." : line;
    }
}
