// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceDetails;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether QEMU will reach somebody at the socket. */
final class SocketRules {
    static final List<Rule> ALL =
            List.of(
                    Rule.eachDevice(SocketRules::path),
                    Rule.eachDevice(SocketRules::present),
                    Rule.eachDevice(SocketRules::reachable),
                    Rule.eachDevice(SocketRules::appArmor));

    /** Limit of the kernel: bytes of sun_path with its end (unix(7)). */
    private static final int PATH_LENGTH_MAX = 107;

    private SocketRules() {}

    static Stream<Finding> path(Subject subject, DeviceDetails device) {
        String path = device.device().socket();
        int length = path.getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_LENGTH_MAX) {
            return Stream.of(
                    Finding.error(
                            Subject.where(device.device()),
                            "the path of its socket has %d bytes; a socket's path has %d at most"
                                    .formatted(length, PATH_LENGTH_MAX),
                            "serve it at a shorter path"));
        }
        return path.startsWith("/")
                ? Stream.empty()
                : Stream.of(
                        Finding.error(
                                Subject.where(device.device()),
                                "the path of its socket is relative, to nobody knows which folder",
                                "write an absolute path"));
    }

    static Stream<Finding> present(Subject subject, DeviceDetails device) {
        VhostUserDevice element = device.device();
        if (element.isServerMode() || subject.served(element).isPresent()) {
            return Stream.empty();
        }
        Path path = Subject.path(element.socket());
        Optional<PathFacts> facts = subject.host().path(path);
        if (facts.isPresent() && facts.get().kind() != PathFacts.Kind.SOCKET) {
            return Stream.of(
                    Finding.error(
                            Subject.where(element),
                            "%s is no socket; %s".formatted(path, outcome(element)),
                            "name the socket that vrio %s show tells of"
                                    .formatted(element.kind().command())));
        }
        boolean isDead = facts.isEmpty() || subject.host().listening(path) == Listening.NO;
        return isDead ? absent(subject, element, facts.isPresent()) : Stream.empty();
    }

    private static Stream<Finding> absent(
            Subject subject, VhostUserDevice element, boolean isLeftOver) {
        String state =
                isLeftOver
                        ? "nobody listens at socket %s any more".formatted(element.socket())
                        : "there is no socket %s".formatted(element.socket());
        if (subject.isMadeByHook(element)) {
            return Stream.of(
                    Finding.note(
                            Subject.where(element),
                            state + "; the hook has it made when the domain starts",
                            ""));
        }
        String advice =
                subject.host().server().isPresent()
                        ? "serve it: vrio %s create NAME %s"
                                .formatted(element.kind().command(), element.socket())
                        : "start vrio server, or whatever shall serve it, first";
        return Stream.of(
                Finding.error(Subject.where(element), state + "; " + outcome(element), advice));
    }

    /** What comes of a socket that nobody answers at. */
    private static String outcome(VhostUserDevice element) {
        return ConnectionRules.isReconnecting(element)
                ? "with <reconnect>, virsh start hangs for ever"
                : "virsh start fails";
    }

    static Stream<Finding> reachable(Subject subject, DeviceDetails device) {
        VhostUserDevice element = device.device();
        Path path = Subject.path(element.socket());
        Optional<PathFacts> socket = subject.host().path(path);
        if (element.isServerMode()
                || socket.isEmpty()
                || socket.get().kind() != PathFacts.Kind.SOCKET) {
            return Stream.empty();
        }
        Optional<Account> account = subject.host().qemuAccount();
        if (account.isEmpty()) {
            return Stream.of(
                    Finding.note(
                            Subject.DOMAIN,
                            "not checked: whether QEMU may connect to the sockets; its user is"
                                    + " not known",
                            "run this as root, and see user= of /etc/libvirt/qemu.conf"));
        }
        for (Path folder = path.getParent(); folder != null; folder = folder.getParent()) {
            Optional<PathFacts> facts = subject.host().path(folder);
            if (facts.isPresent() && !account.get().mayPass(facts.get())) {
                return Stream.of(
                        denied(
                                element,
                                account.get(),
                                "folder " + folder,
                                "give it to a group of %s, for example: chgrp kvm %s; chmod g+x %s"
                                        .formatted(account.get().name(), folder, folder)));
            }
        }
        return account.get().mayConnect(socket.get())
                ? Stream.empty()
                : Stream.of(
                        denied(
                                element,
                                account.get(),
                                "socket " + path,
                                "start vrio server with --socket-group and a group of "
                                        + account.get().name()));
    }

    private static Finding denied(
            VhostUserDevice element, Account account, String what, String advice) {
        return Finding.error(
                Subject.where(element),
                "QEMU's user %s may not use %s; %s"
                        .formatted(account.name(), what, outcome(element)),
                advice);
    }

    /** libvirt itself writes a rule for the sockets of interfaces. */
    static Stream<Finding> appArmor(Subject subject, DeviceDetails device) {
        VhostUserDevice element = device.device();
        if (element.kind() != DeviceKind.DISK || !subject.host().isQemuConfinedByAppArmor()) {
            return Stream.empty();
        }
        Path path = Subject.path(element.socket());
        return AppArmorRules.parse(subject.host().appArmorRules()).isWritable(path.toString())
                ? Stream.empty()
                : Stream.of(
                        Finding.error(
                                Subject.where(element),
                                "AppArmor keeps QEMU from socket %s, libvirt writes no rule for"
                                                .formatted(path)
                                        + " disks; "
                                        + outcome(element),
                                "add '%s/*.sock rw,' to /etc/apparmor.d/local/abstractions/"
                                                .formatted(path.getParent())
                                        + "libvirt-qemu"));
    }
}
