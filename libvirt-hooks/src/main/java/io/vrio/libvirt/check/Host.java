// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import java.nio.file.Path;
import java.util.Optional;

/** The facts of this machine that rules ask for; what is not known is empty. */
public interface Host {
    /** Empty when there is nothing, or it cannot be seen. */
    Optional<PathFacts> path(Path path);

    Listening listening(Path socket);

    /** Whether another process is connected, as far as the kernel tells. */
    boolean isConnected(Path socket);

    /** Which guest this process is the QEMU of. */
    Optional<String> guest(long process);

    /** Whom libvirt runs QEMU as. */
    Optional<Account> qemuAccount();

    /**
     * The first number of its version.
     *
     * @param emulator path; empty for the one that libvirt would choose
     */
    Optional<Integer> qemuVersion(String emulator);

    /** Whether libvirt confines QEMU by AppArmor. */
    boolean isQemuConfinedByAppArmor();

    /** What this machine's administrator has added to libvirt's rules for QEMU. */
    String appArmorRules();

    /** Whether libvirt asks us before it starts a domain. */
    boolean hasHook();

    /** The server of this machine, when it answers. */
    Optional<RunningServer> server();
}
