// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

/**
 * Memory that another process shares with us can vanish under us: it cuts off the file. The access
 * then raises SIGBUS, the JVM skips the instruction and raises an {@link InternalError}, but not
 * there: in compiled code at some later point, perhaps while another guest is served.
 */
public final class MemoryFaults {
    /** Not final, so that the compiler cannot know the array's dimensions. */
    private static int none;

    private static Object last;

    private MemoryFaults() {}

    /**
     * Raises what is pending for accesses that this thread has done before, here and now. About 50
     * ns and 16 bytes of garbage: for the end of a duty cycle, not for every access.
     *
     * @throws InternalError when some memory had vanished
     */
    public static void raisePending() {
        // An array of two dimensions is made by the runtime, and its return to Java code is a point
        // where all versions of the JVM raise what is pending. A native call, sleep or yield is
        // none in Java 17 (MemoryFaultsTest).
        last = new byte[none][none];
    }
}
