// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.CommandFailedException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.attribute.GroupPrincipal;
import java.util.Optional;

/** The group whose members may connect to our sockets; none keeps the group of the process. */
record SocketGroup(Optional<GroupPrincipal> principal) {
    private static final String DEFAULT = "kvm";

    /**
     * @param chosen null when the operator did not choose
     * @throws CommandFailedException when there is no such group
     */
    static SocketGroup of(String chosen) throws CommandFailedException {
        if (chosen == null) {
            // Only root may give files to any group.
            boolean isRoot = System.getProperty("user.name").equals("root");
            return new SocketGroup(isRoot ? find(DEFAULT) : Optional.empty());
        }
        return named(chosen);
    }

    /**
     * The group of an operator's socket. Who may connect to it may do everything, so it is never
     * the one that QEMU's user is in unless the operator says so.
     */
    static SocketGroup ofOperators(String chosen) throws CommandFailedException {
        return chosen == null ? new SocketGroup(Optional.empty()) : named(chosen);
    }

    private static SocketGroup named(String chosen) throws CommandFailedException {
        Optional<GroupPrincipal> principal = find(chosen);
        if (principal.isEmpty()) {
            throw new CommandFailedException(
                    "--socket-group: there is no group '"
                            + chosen
                            + "': make it with groupadd, or name another");
        }
        return new SocketGroup(principal);
    }

    private static Optional<GroupPrincipal> find(String name) {
        try {
            return Optional.of(
                    FileSystems.getDefault()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(name));
        } catch (IOException notThere) {
            return Optional.empty();
        }
    }

    Optional<String> name() {
        return principal.map(GroupPrincipal::getName);
    }
}
