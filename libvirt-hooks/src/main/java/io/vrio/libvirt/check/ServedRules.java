// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceDetails;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.VhostUserDevice;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Whether the domain wants of a device what the server has. */
final class ServedRules {
    static final List<Rule> ALL =
            List.of(
                    ServedRules::server,
                    ServedRules::described,
                    served(ServedRules::kind),
                    served(ServedRules::state),
                    served(ServedRules::queues),
                    served(ServedRules::mac),
                    Rule.eachDevice(ServedRules::queuesForProcessors));

    /** A rule about a device that the server of this machine serves. */
    @FunctionalInterface
    interface OfServed {
        Optional<Finding> check(Subject subject, DeviceDetails device, ServedDevice served);
    }

    private ServedRules() {}

    private static Rule served(OfServed rule) {
        return Rule.eachDevice(
                (subject, device) ->
                        subject.served(device.device()).stream()
                                .flatMap(served -> rule.check(subject, device, served).stream()));
    }

    static Stream<Finding> server(Subject subject) {
        return subject.host().server().isPresent()
                ? Stream.empty()
                : Stream.of(
                        Finding.note(
                                Subject.DOMAIN,
                                "not checked: what the devices are; no vrio server answers here",
                                "start vrio server, name its --control path, or become root"));
    }

    /** Devices of our metadata: the hook, or else the operator, has to make them. */
    static Stream<Finding> described(Subject subject) {
        if (subject.host().hasHook() || subject.host().server().isEmpty()) {
            return Stream.empty();
        }
        RunningServer server = subject.host().server().get();
        return subject.domain().described().stream()
                .filter(described -> server.devices().stream().noneMatch(is(described)))
                .map(
                        described ->
                                Finding.warning(
                                        "metadata of " + described.name(),
                                        "the server does not serve this %s, and no hook has it made"
                                                .formatted(described.kind().noun()),
                                        "install the hook, or vrio %s create %s"
                                                .formatted(
                                                        described.kind().command(),
                                                        described.name())));
    }

    private static Predicate<ServedDevice> is(DescribedDevice described) {
        return served ->
                served.kind() == described.kind() && served.name().equals(described.name());
    }

    static Optional<Finding> kind(Subject subject, DeviceDetails device, ServedDevice served) {
        return served.kind() == device.device().kind()
                ? Optional.empty()
                : error(
                        device,
                        "socket %s is that of %s %s: the guest cannot use it"
                                .formatted(served.socket(), served.kind().noun(), served.name()),
                        "name the socket that vrio %s list shows"
                                .formatted(device.device().kind().command()));
    }

    static Optional<Finding> state(Subject subject, DeviceDetails device, ServedDevice served) {
        String name = served.kind().noun() + " " + served.name();
        return switch (served.state()) {
            case ATTACHED -> Optional.empty();
            case WAITING -> Optional.of(waiting(subject, device, name));
            case REFUSED ->
                    error(
                            device,
                            "the IOhyp refuses %s: %s".formatted(name, served.reason()),
                            "see vrio %s list on the I/O host".formatted(served.kind().command()));
        };
    }

    private static Finding waiting(Subject subject, DeviceDetails device, String name) {
        String where = Subject.where(device.device());
        String problem = "the IOhyp has not answered for " + name;
        return subject.host().hasHook()
                ? Finding.error(
                        where, problem + ": the hook refuses the start", "see vrio peer list")
                : Finding.warning(
                        where,
                        problem + ": the guest starts, and its I/O waits",
                        "see vrio peer list");
    }

    static Optional<Finding> queues(Subject subject, DeviceDetails device, ServedDevice served) {
        VhostUserDevice element = device.device();
        // QEMU gives a disk one for each processor; a NIC has one pair.
        boolean isByProcessors = !device.areQueuesChosen() && element.kind() == DeviceKind.DISK;
        int queues = isByProcessors ? subject.details().vcpus() : element.queues();
        return queues <= served.queuesMax()
                ? Optional.empty()
                : error(
                        device,
                        "%d queues%s, the server has %d: the start fails, or hangs"
                                .formatted(
                                        queues,
                                        isByProcessors ? ", one for each processor" : "",
                                        served.queuesMax()),
                        "write queues='%d' into its <driver>".formatted(served.queuesMax()));
    }

    static Stream<Finding> queuesForProcessors(Subject subject, DeviceDetails device) {
        int vcpus = subject.details().vcpus();
        return device.device().queues() <= vcpus
                ? Stream.empty()
                : Stream.of(
                        Finding.warning(
                                Subject.where(device.device()),
                                "%d queues for %d processors: the guest does not use all of them"
                                        .formatted(device.device().queues(), vcpus),
                                "write queues='%d' into its <driver>".formatted(vcpus)));
    }

    static Optional<Finding> mac(Subject subject, DeviceDetails device, ServedDevice served) {
        String wanted = device.device().mac().toLowerCase(Locale.ROOT);
        if (device.device().kind() != DeviceKind.NIC
                || served.mac().isEmpty()
                || served.mac().equals(wanted)) {
            return Optional.empty();
        }
        String problem =
                wanted.isEmpty()
                        ? "it has no <mac>, libvirt makes one up; the IOhyp carries frames of %s"
                        : "the IOhyp carries no frames of this address, only of %s";
        return error(
                device,
                problem.formatted(served.mac()),
                "write <mac address='%s'/>".formatted(served.mac()));
    }

    private static Optional<Finding> error(DeviceDetails device, String problem, String advice) {
        return Optional.of(Finding.error(Subject.where(device.device()), problem, advice));
    }
}
