// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import org.libvirt.Connect;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.libvirt.jna.Libvirt.VirErrorCallback;

/**
 * The C library of libvirt in this process: loaded when it is first needed, never unloaded. Its
 * thread moves all connections and calls their listeners.
 */
final class LibvirtLibrary {
    private LibvirtLibrary() {}

    /** What the library has once in a process; made by the first who asks, as classes are. */
    private static final class Started {
        /** Without it the library prints each error; we have them as exceptions. Kept for C. */
        static final VirErrorCallback SILENT = (data, error) -> {};

        private Started() {}

        static {
            try {
                Connect.setErrorCallback(SILENT);
                // Before the first connection: an older one has no keep-alive and no events.
                Library.initEventLoop();
            } catch (LibvirtException e) {
                throw new IllegalStateException("libvirt's event loop", e);
            }
            Thread events = new Thread(Started::run, "libvirt-events");
            events.setDaemon(true);
            events.start();
        }

        private static void run() {
            try {
                Library.runEventLoop();
            } catch (LibvirtException | InterruptedException e) {
                throw new IllegalStateException("libvirt's event loop", e);
            }
        }

        /** By being called, initialises this class. */
        static void check() {
            assert SILENT != null;
        }
    }

    /**
     * @throws AdminException with one line that says what to install
     */
    static void load() throws AdminException {
        try {
            Started.check();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new AdminException(problem(e), e);
        }
    }

    private static String problem(LinkageError e) {
        String reason = String.valueOf(e.getMessage());
        boolean isJna = reason.contains("jnidispatch");
        return isJna
                ? "libvirt's library cannot be called: JNA needs a folder from which it may load a"
                        + " library of its own; name one: VRIO_JAVA_OPTS=-Djna.tmpdir=DIR"
                : "libvirt's library libvirt.so.0 is not installed, and this command needs it:"
                        + " install it (Debian: libvirt0, Fedora: libvirt-libs)";
    }
}
