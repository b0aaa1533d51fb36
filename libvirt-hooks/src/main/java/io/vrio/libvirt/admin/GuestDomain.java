// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.Optional;
import java.util.Set;

/** One domain of a libvirt. What it says may be out of date the next moment. */
public interface GuestDomain {
    /** Which of its two descriptions is meant. */
    enum Scope {
        /** The guest that runs. */
        LIVE,
        /** What its next start begins with. */
        CONFIG
    }

    String name();

    String uuid();

    boolean isRunning() throws AdminException;

    /** Otherwise it is forgotten when it stops. */
    boolean isPersistent() throws AdminException;

    /** Its XML in one scope; none where it is not running, is transient, or has just gone away. */
    Optional<String> xml(Scope scope) throws AdminException;

    /** In all of the scopes or in none, when libvirt keeps its word. */
    void attach(String element, Set<Scope> scopes) throws AdminException;

    /** For a running guest it only asks: the guest lets go of the device when it wants to. */
    void detach(String element, Scope scope) throws AdminException;
}
