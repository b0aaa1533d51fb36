// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

/** The kinds of devices, each with its words. */
public enum DeviceKind {
    DISK("disk", "disk", "disk"),
    NIC("NIC", "nic", "interface");

    private final String noun;
    private final String command;
    private final String element;

    DeviceKind(String noun, String command, String element) {
        this.noun = noun;
        this.command = command;
        this.element = element;
    }

    /** In a sentence. */
    public String noun() {
        return noun;
    }

    /** The noun of the operator's command; also the element of our metadata. */
    public String command() {
        return command;
    }

    /** The element of a domain's devices. */
    public String element() {
        return element;
    }
}
