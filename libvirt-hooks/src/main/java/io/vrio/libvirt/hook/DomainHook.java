// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import io.vrio.common.clock.NanoClock;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainXml;
import io.vrio.libvirt.domain.DomainXmlException;
import io.vrio.libvirt.domain.SocketAttributes;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What libvirt's hook asks of a server: devices of domains that start, run and end. Control thread;
 * a question that has to wait holds up all others, so it waits a short time only.
 */
public final class DomainHook {
    private static final Logger LOG = LoggerFactory.getLogger(DomainHook.class);

    /** Limit: how long the IOhyp may take to answer; then the start is refused. */
    static final long ANSWER_NS_MAX = TimeUnit.SECONDS.toNanos(3);

    /**
     * Limit: how long a known obstacle may take to go away: the IOhyp frees a device that another
     * server has given back, the end of a former QEMU is heard.
     */
    static final long OBSTACLE_NS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    private final DeviceHost host;
    private final NanoClock clock;
    private final Runnable pause;

    /**
     * @param pause waits a moment, before the host is looked at again
     */
    public DomainHook(DeviceHost host, NanoClock clock, Runnable pause) {
        this.host = host;
        this.clock = clock;
        this.pause = pause;
    }

    /**
     * A domain is about to start: all of its devices are there when this returns, and nothing has
     * changed when it throws.
     */
    public List<DeviceRecord> prepare(Domain domain, boolean isHome) throws HookException {
        DomainId id = DomainId.of(domain);
        List<DeviceRecord> wanted = DevicePlan.of(domain, host, isHome);
        for (DeviceRecord device : wanted) {
            checkFree(device, id);
        }
        Undo undo = new Undo();
        try {
            create(wanted, undo);
            await(wanted);
            own(wanted, id, undo);
            freeAllBut(wanted, id);
            host.keep();
        } catch (HookException | RuntimeException e) {
            undo.run();
            throw e;
        }
        log(domain.name(), "prepared", wanted);
        return wanted;
    }

    private static void log(String domain, String what, List<DeviceRecord> devices) {
        // A domain's name may hold anything but a slash; a log line is one line.
        String name = domain.replaceAll("\\p{Cntrl}", "?");
        List<String> labels = devices.stream().map(DeviceRecord::label).toList();
        LOG.info("domain=\"{}\" {} devices={}", name, what, labels);
    }

    private static void checkFree(DeviceRecord device, DomainId id) throws HookException {
        Optional<DomainId> owner = device.domain();
        if (owner.isPresent() && !owner.get().isSame(id)) {
            String name = owner.get().name();
            throw new HookException(
                    "%s belongs to domain %s: shut that down first; if it ended while vrio server"
                                    .formatted(device.label(), name)
                            + " did not run: vrio domain release "
                            + name);
        }
    }

    private void create(List<DeviceRecord> wanted, Undo undo) throws HookException {
        for (DeviceRecord device : wanted) {
            if (!isServed(device)) {
                host.create(device);
                undo.created.add(device);
            }
        }
    }

    private boolean isServed(DeviceRecord device) {
        return host.devices().stream().anyMatch(served -> served.is(device.kind(), device.name()));
    }

    private void await(List<DeviceRecord> devices) throws HookException {
        long beginNs = clock.nanoTime();
        Optional<Obstacle> obstacle = obstacle(devices);
        while (obstacle.isPresent()) {
            long patienceNs = obstacle.get().isKnown() ? OBSTACLE_NS_MAX : ANSWER_NS_MAX;
            if (clock.nanoTime() - beginNs >= patienceNs) {
                throw new HookException(obstacle.get().message());
            }
            pause.run();
            obstacle = obstacle(devices);
        }
    }

    /**
     * What a domain cannot start with.
     *
     * @param isKnown otherwise there may be none, and the answer is on its way
     */
    private record Obstacle(boolean isKnown, String message) {}

    /** The first one, those that are known before the others. */
    private Optional<Obstacle> obstacle(List<DeviceRecord> devices) {
        Optional<Obstacle> first = Optional.empty();
        for (DeviceRecord device : devices) {
            Optional<Obstacle> one = obstacle(device);
            if (one.isPresent() && one.get().isKnown()) {
                return one;
            }
            first = first.isPresent() ? first : one;
        }
        return first;
    }

    private Optional<Obstacle> obstacle(DeviceRecord device) {
        DeviceStanding standing = host.standing(device);
        if (standing.frontend().isPresent()) {
            return known(
                    "%s is in use by process %d, which is connected to %s: end that first, or give"
                                    .formatted(
                                            device.label(),
                                            standing.frontend().get(),
                                            device.socket())
                            + " this domain a device of its own");
        }
        if (standing.isAttached()) {
            return Optional.empty();
        }
        Optional<String> awayReason = host.awayReason();
        if (awayReason.isPresent()) {
            return known(
                    "%s: the IOhyp is away: %s (see vrio peer list)"
                            .formatted(device.label(), awayReason.get()));
        }
        if (standing.refusal().isPresent()) {
            return known(
                    "%s is refused by the IOhyp: %s"
                            .formatted(device.label(), standing.refusal().get()));
        }
        String message = device.label() + ": the IOhyp does not answer (see vrio peer list)";
        return Optional.of(new Obstacle(false, message));
    }

    private static Optional<Obstacle> known(String message) {
        return Optional.of(new Obstacle(true, message));
    }

    private void own(List<DeviceRecord> devices, DomainId id, Undo undo) {
        for (DeviceRecord device : devices) {
            undo.replaced.add(device);
            host.replace(device.with(Optional.of(id)));
        }
    }

    /** What a refused start has to leave as it was. */
    private final class Undo {
        private final List<DeviceRecord> created = new ArrayList<>();
        private final List<DeviceRecord> replaced = new ArrayList<>();

        void run() {
            replaced.forEach(host::replace);
            created.forEach(host::delete);
        }
    }

    /** What the domain had when it ran last, and has not any more. */
    private void freeAllBut(List<DeviceRecord> wanted, DomainId id) {
        for (DeviceRecord device : host.devices()) {
            boolean isWanted =
                    wanted.stream().anyMatch(other -> other.is(device.kind(), device.name()));
            if (device.isOf(id) && !isWanted) {
                free(device);
            }
        }
    }

    /**
     * A device whose domain has ended. One that somebody else's process is using goes on, as an
     * operator's: pulling it from under a guest is not ours to decide.
     */
    private void free(DeviceRecord device) {
        DeviceRecord nobodys = device.with(Optional.empty());
        if (device.maker() != Maker.HOOK) {
            host.replace(nobodys);
        } else if (host.standing(device).frontend().isPresent()) {
            LOG.warn(
                    "{} is in use, kept: vrio {} delete {} frees it",
                    device.label(),
                    device.kind().command(),
                    device.name());
            host.replace(nobodys.with(Maker.OPERATOR));
        } else {
            host.delete(device);
        }
    }

    /**
     * A domain has ended: what was made for it ends as well.
     *
     * @param nameOrUuid of the domain; one that has no devices here is fine
     */
    public List<DeviceRecord> release(String nameOrUuid) throws HookException {
        DomainId id = new DomainId(nameOrUuid, nameOrUuid);
        List<DeviceRecord> devices =
                host.devices().stream().filter(device -> device.isOf(id)).toList();
        awaitFrontendsGone(devices);
        devices.forEach(this::free);
        if (!devices.isEmpty()) {
            log(nameOrUuid, "released", devices);
            host.keep();
        }
        return devices;
    }

    /** The end of QEMU may not have been heard yet. */
    private void awaitFrontendsGone(List<DeviceRecord> devices) {
        long endNs = clock.nanoTime() + OBSTACLE_NS_MAX;
        while (endNs - clock.nanoTime() > 0
                && devices.stream().anyMatch(d -> host.standing(d).frontend().isPresent())) {
            pause.run();
        }
    }

    /**
     * Libvirt was restarted and knows this domain to run: what it has is taken for true. Nothing is
     * waited for, nothing is refused that could be served.
     */
    public List<DeviceRecord> reconnect(Domain domain, boolean isHome) throws HookException {
        DomainId id = DomainId.of(domain);
        List<DeviceRecord> wanted = DevicePlan.of(domain, host, isHome);
        Undo undo = new Undo();
        try {
            create(wanted, undo);
        } catch (HookException | RuntimeException e) {
            undo.run();
            throw e;
        }
        own(wanted, id, undo);
        freeAllBut(wanted, id);
        log(domain.name(), "known again", wanted);
        host.keep();
        return wanted;
    }

    /**
     * A domain comes from another host, or from a saved file, whose sockets may have been
     * elsewhere: devices of the metadata, and those in our folder, get the sockets they have here.
     *
     * @return the whole XML, or nothing when it is right as it is
     */
    public Optional<String> rewrite(String xml, boolean isHome) throws DomainXmlException {
        Map<String, String> moved = new SocketMoves(host, isHome).of(DomainXml.parse(xml));
        return moved.isEmpty()
                ? Optional.empty()
                : Optional.of(SocketAttributes.replace(xml, moved));
    }

    /** The domains that have devices here, each with them. */
    public Map<DomainId, List<DeviceRecord>> domains() {
        Map<DomainId, List<DeviceRecord>> domains = new HashMap<>();
        for (DeviceRecord device : host.devices()) {
            device.domain()
                    .ifPresent(
                            id ->
                                    domains.computeIfAbsent(id, key -> new ArrayList<>())
                                            .add(device));
        }
        return domains;
    }
}
