// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import jnr.ffi.LibraryLoader;

/**
 * Shows a thread that entered a network namespace the interfaces of that namespace in /sys, as
 * {@code ip netns exec} does for a process. Other threads see what they saw.
 */
final class NamespaceSysfs {
    private static final int CLONE_NEWNS = 0x20000;
    private static final long MS_REC_PRIVATE = 0x4000 | 0x40000;

    /** What jnr-ffi binds; public because its stubs are in another package. */
    public interface MountCalls {
        int unshare(int flags);

        int mount(String source, String target, String type, long flags, long data);
    }

    private NamespaceSysfs() {}

    static void mount(Namespace namespace) {
        namespace.call(NamespaceSysfs::mountForThisThread);
    }

    private static Void mountForThisThread() {
        MountCalls c = LibraryLoader.create(MountCalls.class).load("c");
        if (c.unshare(CLONE_NEWNS) != 0
                || c.mount("none", "/", "none", MS_REC_PRIVATE, 0) != 0
                || c.mount("sysfs", "/sys", "sysfs", 0, 0) != 0) {
            throw new IllegalStateException("cannot mount sysfs");
        }
        return null;
    }
}
