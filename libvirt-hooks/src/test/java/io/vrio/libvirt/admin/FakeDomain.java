// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A domain with one QEMU and a guest that can be deaf. Attaches what it is given, unread. */
final class FakeDomain implements GuestDomain {
    private static final String PORTS =
            "<controller type='pci' index='0' model='pcie-root'/>"
                    + "<controller type='pci' index='1' model='pcie-root-port'/>";

    private final String name;
    private final FakeServer server;
    private final Map<Scope, List<String>> devices = new EnumMap<>(Scope.class);
    private String memory =
            "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>";
    private boolean isRunning = true;
    private boolean isPersistent = true;
    private String attachProblem = "";
    private boolean isDeaf;
    private boolean isConnecting = true;

    FakeDomain(String name, FakeServer server) {
        this.name = name;
        this.server = server;
        for (Scope scope : Scope.values()) {
            devices.put(scope, new ArrayList<>(List.of(PORTS)));
        }
    }

    FakeDomain stopped() {
        isRunning = false;
        return this;
    }

    FakeDomain isTransient() {
        isPersistent = false;
        return this;
    }

    FakeDomain withoutSharedMemory() {
        memory = "";
        return this;
    }

    /** Its guest never lets go of a device. */
    FakeDomain deaf() {
        isDeaf = true;
        return this;
    }

    /** Its QEMU has the device, but is not seen at the socket. */
    FakeDomain notConnecting() {
        isConnecting = false;
        return this;
    }

    /** libvirt fails, after it has done everything. */
    FakeDomain failing(String problem) {
        attachProblem = problem;
        return this;
    }

    FakeDomain with(Scope scope, String element) {
        devices.get(scope).add(element);
        return this;
    }

    /** All that is plugged in, but the ports. */
    String devices(Scope scope) {
        List<String> all = devices.get(scope);
        return String.join("", all.subList(1, all.size()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return "uuid-of-" + name;
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public boolean isPersistent() {
        return isPersistent;
    }

    @Override
    public Optional<String> xml(Scope scope) {
        boolean isThere = scope == Scope.LIVE ? isRunning : isPersistent;
        String xml =
                "<domain type='kvm'><name>%s</name>%s<devices>%s</devices></domain>"
                        .formatted(name, memory, String.join("", devices.get(scope)));
        return isThere ? Optional.of(xml) : Optional.empty();
    }

    @Override
    public void attach(String element, Set<Scope> scopes) throws AdminException {
        scopes.forEach(scope -> devices.get(scope).add(element));
        if (scopes.contains(Scope.LIVE) && isConnecting) {
            server.connect(OptionalLong.of(4711));
        }
        if (!attachProblem.isEmpty()) {
            throw new AdminException(attachProblem);
        }
    }

    @Override
    public void detach(String element, Scope scope) {
        if (scope == Scope.CONFIG || !isDeaf) {
            List<String> all = devices.get(scope);
            all.remove(all.size() - 1);
        }
        if (scope == Scope.LIVE && !isDeaf) {
            server.connect(OptionalLong.empty());
        }
    }
}
