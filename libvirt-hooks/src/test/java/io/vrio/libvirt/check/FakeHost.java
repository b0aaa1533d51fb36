// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.DomainDetails;
import io.vrio.libvirt.domain.DomainXmlException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** A machine on which all is well for {@link #DOMAIN}; tests spoil it. */
final class FakeHost implements Host {
    static final String DISK = "/run/vrio/vm1.sock";
    static final String NIC = "/run/vrio/vm1-net.sock";
    static final String MAC = "52:54:00:00:00:01";

    /** Started by root, as user 64055 with groups 110 (kvm) and 64055. */
    static final Account QEMU = new Account("libvirt-qemu", 64055, Set.of(110, 64055));

    static final String DOMAIN =
            """
            <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
              <name>vm1</name>
              <memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>
              <vcpu>2</vcpu>
              <os><type arch='x86_64' machine='q35'>hvm</type></os>
              <devices>
                <emulator>/usr/bin/qemu-system-x86_64</emulator>
                <disk type='vhostuser' device='disk'>
                  <driver name='qemu' type='raw' queues='2'/>
                  <source type='unix' path='/run/vrio/vm1.sock'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <target dev='vda' bus='virtio'/>
                </disk>
                <interface type='vhostuser'>
                  <mac address='52:54:00:00:00:01'/>
                  <source type='unix' path='/run/vrio/vm1-net.sock' mode='client'>
                    <reconnect enabled='yes' timeout='1'/>
                  </source>
                  <model type='virtio'/>
                  <driver name='vhost' queues='1'/>
                </interface>
              </devices>
            </domain>
            """;

    final Map<Path, PathFacts> paths = new HashMap<>();
    final Map<Path, Listening> listening = new HashMap<>();
    final Set<Path> connected = new HashSet<>();
    final Map<Long, String> guests = new HashMap<>();
    final List<ServedDevice> served = new ArrayList<>();
    Optional<Account> account = Optional.of(QEMU);
    Optional<Integer> version = Optional.of(7);
    boolean isConfined;
    String appArmorRules = "";
    boolean hasHook;
    boolean isServerAnswering = true;

    FakeHost() {
        paths.put(Path.of("/"), folder(0755, 0));
        paths.put(Path.of("/run"), folder(0755, 0));
        paths.put(Path.of("/run/vrio"), folder(0750, 110));
        socket(DISK, 0660, 110);
        socket(NIC, 0660, 110);
        served.add(disk());
        served.add(nic());
    }

    private static PathFacts folder(int mode, int group) {
        return new PathFacts(PathFacts.Kind.FOLDER, mode, 0, group);
    }

    void folder(String path, int mode, int group) {
        paths.put(Path.of(path), folder(mode, group));
    }

    void socket(String path, int mode, int group) {
        paths.put(Path.of(path), new PathFacts(PathFacts.Kind.SOCKET, mode, 0, group));
        listening.put(Path.of(path), Listening.YES);
    }

    static ServedDevice disk() {
        return new ServedDevice(
                DeviceKind.DISK,
                "vm1",
                DISK,
                ServedDevice.State.ATTACHED,
                "",
                "",
                64,
                OptionalLong.empty());
    }

    static ServedDevice nic() {
        return new ServedDevice(
                DeviceKind.NIC,
                "vm1-net",
                NIC,
                ServedDevice.State.ATTACHED,
                "",
                MAC,
                16,
                OptionalLong.empty());
    }

    /** Nobody knows these devices but the file system. */
    FakeHost withoutServer() {
        isServerAnswering = false;
        return this;
    }

    /** What is found in {@link #DOMAIN} after a change, but for notes. */
    List<Finding> findings(String old, String changed) {
        return findings(changed(old, changed)).stream()
                .filter(finding -> finding.severity() != Severity.NOTE)
                .toList();
    }

    static String changed(String old, String changed) {
        if (!DOMAIN.contains(old)) {
            throw new IllegalArgumentException("the domain has no " + old);
        }
        return DOMAIN.replace(old, changed);
    }

    List<Finding> findings(String xml) {
        try {
            return DomainCheck.findings(DomainDetails.parse(xml), this);
        } catch (DomainXmlException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Override
    public Optional<PathFacts> path(Path path) {
        return Optional.ofNullable(paths.get(path));
    }

    @Override
    public Listening listening(Path socket) {
        return listening.getOrDefault(socket, Listening.NO);
    }

    @Override
    public boolean isConnected(Path socket) {
        return connected.contains(socket);
    }

    @Override
    public Optional<String> guest(long process) {
        return Optional.ofNullable(guests.get(process));
    }

    @Override
    public Optional<Account> qemuAccount() {
        return account;
    }

    @Override
    public Optional<Integer> qemuVersion(String emulator) {
        return emulator.equals("/usr/bin/qemu-system-x86_64") ? version : Optional.empty();
    }

    @Override
    public boolean isQemuConfinedByAppArmor() {
        return isConfined;
    }

    @Override
    public String appArmorRules() {
        return appArmorRules;
    }

    @Override
    public boolean hasHook() {
        return hasHook;
    }

    @Override
    public Optional<RunningServer> server() {
        return isServerAnswering
                ? Optional.of(new RunningServer(Path.of("/run/vrio"), served))
                : Optional.empty();
    }
}
