// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DescribedDevice;
import io.vrio.libvirt.domain.DeviceKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a server serve what the metadata of domains describes, and ends what was made for domains
 * that are no more. Thread of the watch.
 */
final class DescribedDevices {
    private static final Logger LOG = LoggerFactory.getLogger(DescribedDevices.class);

    /** Limit: problems remembered; beyond it one may be logged again. */
    private static final int PROBLEMS_MAX = 1024;

    /** What each domain described when it was looked at last, by its UUID. */
    private final Map<String, Set<DescribedDevice>> before = new HashMap<>();

    /** What was logged already, by domain or device. */
    private final Map<String, String> problems = new HashMap<>();

    /**
     * One look at a server.
     *
     * @param devices as they were at its beginning
     */
    private record Pass(DeviceServer server, List<ServedDevice> devices) {
        Optional<ServedDevice> find(DeviceKind kind, String name) {
            return devices.stream()
                    .filter(device -> device.kind() == kind && device.name().equals(name))
                    .findFirst();
        }
    }

    /** Looks at every domain, and at every device that was made for one. */
    void reconcileAll(Hypervisor hypervisor, DeviceServer server) throws AdminException {
        // The devices first: a domain that got one and is not in a later list has gone.
        Pass pass = new Pass(server, server.all());
        List<GuestDomain> guests = hypervisor.all();
        Set<String> uuids = guests.stream().map(GuestDomain::uuid).collect(Collectors.toSet());
        before.keySet().retainAll(uuids);
        for (GuestDomain guest : guests) {
            reconcile(guest, pass);
        }
        for (ServedDevice device : pass.devices()) {
            if (device.domain().isPresent() && !uuids.contains(device.domain().get())) {
                delete(device, server);
            }
        }
    }

    /** Looks at some domains, or at what they have left. */
    void reconcile(Set<String> uuids, Hypervisor hypervisor, DeviceServer server)
            throws AdminException {
        Pass pass = new Pass(server, server.all());
        for (String uuid : uuids) {
            Optional<GuestDomain> guest = hypervisor.find(uuid);
            if (guest.isPresent()) {
                reconcile(guest.get(), pass);
            } else {
                onGone(uuid, pass);
            }
        }
    }

    private void onGone(String uuid, Pass pass) throws AdminException {
        before.remove(uuid);
        for (ServedDevice device : pass.devices()) {
            if (device.domain().equals(Optional.of(uuid))) {
                delete(device, pass.server());
            }
        }
    }

    private void reconcile(GuestDomain guest, Pass pass) throws AdminException {
        Set<DescribedDevice> described = new LinkedHashSet<>();
        List<DomainView> views = views(guest);
        views.forEach(view -> described.addAll(view.domain().described()));
        for (DescribedDevice device : described) {
            create(device, guest, pass);
        }
        Set<DescribedDevice> gone = new HashSet<>(before.getOrDefault(guest.uuid(), Set.of()));
        gone.removeAll(described);
        for (DescribedDevice device : gone) {
            end(device, guest, views, pass);
        }
        before.put(guest.uuid(), described);
    }

    /**
     * Without those that nobody can read: they must not keep other domains from being looked at.
     */
    private List<DomainView> views(GuestDomain guest) throws AdminException {
        List<DomainView> views = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            Optional<String> xml = guest.xml(scope);
            if (xml.isPresent()) {
                try {
                    views.add(DomainView.of(guest, xml.get()));
                } catch (AdminException e) {
                    problem(guest.uuid(), e.getMessage());
                }
            }
        }
        return views;
    }

    private void create(DescribedDevice wanted, GuestDomain guest, Pass pass)
            throws AdminException {
        String label = wanted.kind().noun() + " " + wanted.name();
        Optional<ServedDevice> present = pass.find(wanted.kind(), wanted.name());
        if (present.isPresent()) {
            checkPlace(wanted, guest, present.get());
            return;
        }
        Path socket =
                wanted.socket().isPresent()
                        ? wanted.socket().get()
                        : pass.server().socket(wanted.name());
        try {
            pass.server().create(wanted.kind(), wanted.name(), socket, guest);
            problems.remove(label);
            LOG.info("domain={} {} is served at {}", guest.name(), label, socket);
        } catch (AdminException e) {
            onRefusal(label, e, pass.server());
        }
    }

    private void checkPlace(DescribedDevice wanted, GuestDomain guest, ServedDevice present) {
        boolean isThere =
                wanted.socket().isEmpty() || wanted.socket().get().equals(present.socket());
        if (!isThere) {
            problem(
                    present.label(),
                    "domain %s describes %s at %s, but it is served at %s"
                            .formatted(
                                    guest.name(),
                                    present.label(),
                                    wanted.socket().get(),
                                    present.socket()));
        }
    }

    /** What a domain no longer describes, unless it is plugged in. */
    private void end(DescribedDevice device, GuestDomain guest, List<DomainView> views, Pass pass)
            throws AdminException {
        Optional<ServedDevice> present = pass.find(device.kind(), device.name());
        boolean isOurs = present.isPresent() && present.get().isMadeFor(guest);
        if (isOurs && views.stream().noneMatch(view -> view.hasSocket(present.get().socket()))) {
            delete(present.get(), pass.server());
        }
    }

    /** Unless somebody is connected; then a later look at all domains does it. */
    private void delete(ServedDevice device, DeviceServer server) throws AdminException {
        if (device.frontend().isPresent()) {
            problem(
                    device.label(),
                    "%s was made for a domain that is no more, or does not describe it; process %d uses it, it goes on"
                            .formatted(device.label(), device.frontend().getAsLong()));
            return;
        }
        try {
            server.delete(device.kind(), device.name());
            problems.remove(device.label());
            LOG.info("{} is served no longer: no domain describes it", device.label());
        } catch (AdminException e) {
            onRefusal(device.label(), e, server);
        }
    }

    /**
     * @throws AdminException when the server was lost, and has not just refused
     */
    private void onRefusal(String label, AdminException refusal, DeviceServer server)
            throws AdminException {
        server.instance();
        problem(label, refusal.getMessage());
    }

    /** Logs it once, as long as it stays the same. */
    private void problem(String of, String text) {
        if (problems.size() >= PROBLEMS_MAX) {
            problems.clear();
        }
        if (!text.equals(problems.put(of, text))) {
            LOG.warn("{}", text);
        }
    }
}
