// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SocketRulesTest {
    private static final Path DISK = Path.of(FakeHost.DISK);

    private final FakeHost host = new FakeHost();

    private List<Finding> findings() {
        return host.findings("", "");
    }

    private void isNotServed() {
        host.served.remove(0);
        host.paths.remove(DISK);
    }

    @Test
    void shouldSayThatAMissingSocketHangsTheStart() {
        isNotServed();

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "there is no socket /run/vrio/vm1.sock; with <reconnect>, virsh"
                                        + " start hangs for ever",
                                "serve it: vrio disk create NAME /run/vrio/vm1.sock")),
                findings());
    }

    @Test
    void shouldSayThatAMissingSocketFailsTheStartWithoutReconnect() {
        isNotServed();

        assertEquals(
                "there is no socket /run/vrio/vm1.sock; virsh start fails",
                host.findings("<reconnect enabled='yes' timeout='1'/>", "").get(0).problem());
    }

    @Test
    void shouldSayThatNobodyListensAnyMore() {
        host.withoutServer().listening.put(DISK, Listening.NO);

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "nobody listens at socket /run/vrio/vm1.sock any more; with"
                                        + " <reconnect>, virsh start hangs for ever",
                                "start vrio server, or whatever shall serve it, first")),
                findings());
    }

    @Test
    void shouldNotJudgeASocketThatCannotBeAsked() {
        host.withoutServer().listening.put(DISK, Listening.UNKNOWN);

        assertEquals(List.of(), findings());
    }

    @Test
    void shouldLeaveToTheHookWhatItMakes() {
        isNotServed();
        host.hasHook = true;

        assertEquals(List.of(), findings());
        assertEquals(
                Finding.note(
                        "disk vda",
                        "there is no socket /run/vrio/vm1.sock; the hook has it made when the"
                                + " domain starts",
                        ""),
                host.findings(FakeHost.DOMAIN).get(0));
    }

    @Test
    void shouldNotLeaveToTheHookWhatIsElsewhere() {
        isNotServed();
        host.hasHook = true;

        assertEquals(1, host.findings(FakeHost.DISK, "/srv/other.sock").size());
    }

    @Test
    void shouldLeaveToTheHookWhatTheMetadataDescribes() {
        isNotServed();
        host.hasHook = true;
        String described =
                """
                <metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>
                  <v:disk name='other' socket='/srv/other.sock'/>
                </v:devices></metadata>
                <vcpu>\
                """;

        String xml = FakeHost.changed(FakeHost.DISK, "/srv/other.sock");

        assertEquals(
                List.of(),
                host.findings(xml.replace("<vcpu>", described)).stream()
                        .filter(finding -> finding.severity() == Severity.ERROR)
                        .toList());
    }

    @Test
    void shouldSeeThatItIsNoSocket() {
        host.withoutServer().paths.put(DISK, new PathFacts(PathFacts.Kind.OTHER, 0644, 0, 0));

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "/run/vrio/vm1.sock is no socket; with <reconnect>, virsh start"
                                        + " hangs for ever",
                                "name the socket that vrio disk show tells of")),
                findings());
    }

    @Test
    void shouldSeeThatQemuMayNotUseTheSocket() {
        host.socket(FakeHost.DISK, 0600, 0);

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "QEMU's user libvirt-qemu may not use socket /run/vrio/vm1.sock;"
                                        + " with <reconnect>, virsh start hangs for ever",
                                "start vrio server with --socket-group and a group of"
                                        + " libvirt-qemu")),
                findings());
    }

    @Test
    void shouldSeeThatQemuMayNotPassTheFolder() {
        host.folder("/run/vrio", 0750, 0);

        assertEquals(2, findings().size());
        assertEquals(
                Finding.error(
                        "disk vda",
                        "QEMU's user libvirt-qemu may not use folder /run/vrio; with <reconnect>,"
                                + " virsh start hangs for ever",
                        "give it to a group of libvirt-qemu, for example: chgrp kvm /run/vrio;"
                                + " chmod g+x /run/vrio"),
                findings().get(0));
    }

    @Test
    void shouldSayThatItDoesNotKnowWhoQemuIs() {
        host.account = Optional.empty();

        assertEquals(List.of(), findings());
        assertEquals(
                Finding.note(
                        "domain",
                        "not checked: whether QEMU may connect to the sockets; its user is not"
                                + " known",
                        "run this as root, and see user= of /etc/libvirt/qemu.conf"),
                host.findings(FakeHost.DOMAIN).get(0));
    }

    @Test
    void shouldRefuseAPathThatNoSocketCanHave() {
        String path = "/run/vrio/" + "x".repeat(93) + ".sock";

        assertEquals(
                "the path of its socket has 108 bytes; a socket's path has 107 at most",
                host.findings(FakeHost.DISK, path).get(0).problem());
    }

    @Test
    void shouldRefuseARelativePath() {
        assertEquals(
                "the path of its socket is relative, to nobody knows which folder",
                host.findings(FakeHost.DISK, "vm1.sock").get(0).problem());
    }

    @Test
    void shouldMissAppArmorsRuleForADisk() {
        host.isConfined = true;
        host.appArmorRules = "# none yet\n";

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "AppArmor keeps QEMU from socket /run/vrio/vm1.sock, libvirt"
                                        + " writes no rule for disks; with <reconnect>, virsh start"
                                        + " hangs for ever",
                                "add '/run/vrio/*.sock rw,' to"
                                        + " /etc/apparmor.d/local/abstractions/libvirt-qemu")),
                findings());
    }

    @Test
    void shouldFindAppArmorsRule() {
        host.isConfined = true;
        host.appArmorRules = "  /{,var/}run/vrio/*.sock rw,\n";

        assertEquals(List.of(), findings());
    }
}
