// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

/**
 * What is at a path, behind symbolic links.
 *
 * @param mode the twelve bits of chmod(1)
 */
public record PathFacts(Kind kind, int mode, int user, int group) {
    /** As far as it matters here. */
    public enum Kind {
        SOCKET,
        FOLDER,
        OTHER
    }
}
