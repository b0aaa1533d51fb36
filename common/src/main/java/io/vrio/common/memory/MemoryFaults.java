// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.memory;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory that another process shares with us can vanish under us: it cuts off the file. The access
 * then raises SIGBUS, the JVM skips the instruction and raises an {@link InternalError}, but not
 * there: in compiled code at some later point, perhaps while another guest is served.
 */
public final class MemoryFaults {
    /** Set in jvm.options, beside the flags that keep {@link #enterRuntime} from the compilers. */
    private static final boolean IS_ENTRY_INTERPRETED =
            Boolean.getBoolean("vrio.memory.faults.interpreted");

    /**
     * Mappings of this process that others can cut off. Static, for so is the fault: the JVM does
     * not say whose memory has vanished.
     */
    private static final AtomicInteger VANISHING = new AtomicInteger();

    /** Not final, so that the compiler cannot know the array's dimensions. */
    private static int none;

    private MemoryFaults() {}

    /**
     * Memory has been mapped that another process can cut off; before its first use. Any thread.
     */
    public static void onMapped() {
        VANISHING.incrementAndGet();
    }

    /** Such memory is no longer mapped. Faults of it have been raised before. */
    public static void onUnmapped() {
        VANISHING.decrementAndGet();
    }

    /** How many such mappings there are. Any thread. */
    public static int mappings() {
        return VANISHING.get();
    }

    /**
     * Raises what is pending for accesses that this thread has done before, here and now. It leaves
     * no garbage and takes 100 to 200 ns while there is memory that can vanish, else nothing: for
     * the end of a request, not for every access.
     *
     * @throws InternalError when some memory had vanished
     */
    public static void raisePending() {
        if (VANISHING.get() > 0) {
            raise();
        }
    }

    private static void raise() {
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
