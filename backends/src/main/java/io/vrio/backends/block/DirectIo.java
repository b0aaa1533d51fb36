// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

/** Who executes the requests of a disk that bypasses the page cache. */
public enum DirectIo {
    /** The kernel by io_uring, else threads: not said by the operator. */
    ANY(""),
    /** The kernel by io_uring, or the disk cannot be opened. */
    URING("uring"),
    /** Threads of the disk that wait in system calls. */
    THREADS("threads");

    /** For error messages and help texts. */
    static final String LEGAL = "io=uring or io=threads";

    private final String text;

    DirectIo(String text) {
        this.text = text;
    }

    /** The one that an operator calls so, or null. */
    static DirectIo ofText(String text) {
        return switch (text) {
            case "uring" -> URING;
            case "threads" -> THREADS;
            default -> null;
        };
    }

    /** As part of a backend specification, with its comma before it. */
    String option() {
        return this == ANY ? "" : ",io=" + text;
    }
}
