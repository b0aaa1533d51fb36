// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

/** How bad a finding is. */
public enum Severity {
    /** The domain cannot be defined or started, hangs, or its guest cannot use a device. */
    ERROR,

    /** It starts; something is worse than it could be, or will fail later. */
    WARNING,

    /** What to know, and what could not be checked. */
    NOTE
}
