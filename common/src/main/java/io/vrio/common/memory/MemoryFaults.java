// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

/**
 * Memory that another process shares with us can vanish under us: it cuts off the file. The access
 * then raises SIGBUS, the JVM skips the instruction and raises an {@link InternalError}, but not
 * there: in compiled code at some later point, perhaps while another guest is served.
 */
public final class MemoryFaults {
    /** Set in jvm.options, beside the flags that keep {@link #enterRuntime} from the compilers. */
    private static final boolean IS_ENTRY_INTERPRETED =
            Boolean.getBoolean("vrio.memory.faults.interpreted");

    /** Not final, so that the compiler cannot know the array's dimensions. */
    private static int none;

    private MemoryFaults() {}

    /**
     * Raises what is pending for accesses that this thread has done before, here and now. It leaves
     * no garbage and takes about 100 ns: for the end of a request, not for every access.
     *
     * @throws InternalError when some memory had vanished
     */
    public static void raisePending() {
        // The return of the JVM's runtime to Java code is the point where all versions of the JVM
        // raise what is pending. A native call, sleep or yield is none in Java 17
        // (MemoryFaultsTest).
        if (IS_ENTRY_INTERPRETED) {
            enterRuntime();
        } else if (new byte[none][none].length != none) {
            // An array of two dimensions is made by the runtime, also in compiled code, but it is
            // 16 bytes of garbage.
            throw new AssertionError();
        }
    }

    /** The interpreter asks the runtime for a class each time that it meets a constant of one. */
    private static Class<?> enterRuntime() {
        return MemoryFaults.class;
    }
}
