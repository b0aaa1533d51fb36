// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.libvirt.domain.DeviceKind;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ServedRulesTest {
    private static final String DESCRIBED =
            """
            <metadata><v:devices xmlns:v='https://vrio.io/xmlns/domain/1.0'>
              <v:disk name='more'/>
            </v:devices></metadata>
            <vcpu>\
            """;

    private final FakeHost host = new FakeHost();

    private static ServedDevice disk(ServedDevice.State state, String reason, int queuesMax) {
        return new ServedDevice(
                DeviceKind.DISK,
                "vm1",
                FakeHost.DISK,
                state,
                reason,
                "",
                queuesMax,
                OptionalLong.empty());
    }

    @Test
    void shouldTellWhyTheIohypRefuses() {
        host.served.set(0, disk(ServedDevice.State.REFUSED, "there is no disk vm1", 64));

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "the IOhyp refuses disk vm1: there is no disk vm1",
                                "see vrio disk list on the I/O host")),
                host.findings("", ""));
    }

    @Test
    void shouldWarnThatTheIohypHasNotAnswered() {
        host.served.set(0, disk(ServedDevice.State.WAITING, "", 64));

        assertEquals(
                List.of(
                        Finding.warning(
                                "disk vda",
                                "the IOhyp has not answered for disk vm1: the guest starts, and its"
                                        + " I/O waits",
                                "see vrio peer list")),
                host.findings("", ""));
    }

    @Test
    void shouldKnowThatTheHookWaitsForTheIohyp() {
        host.served.set(0, disk(ServedDevice.State.WAITING, "", 64));
        host.hasHook = true;

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "the IOhyp has not answered for disk vm1: the hook refuses the"
                                        + " start",
                                "see vrio peer list")),
                host.findings("", ""));
    }

    @Test
    void shouldRefuseADiskAtTheSocketOfANic() {
        String swapped =
                FakeHost.DOMAIN
                        .replace("queues='2'", "queues='1'")
                        .replace(FakeHost.DISK, "/tmp/x");

        List<Finding> findings = host.findings(swapped.replace("/tmp/x", FakeHost.NIC));

        assertEquals(
                Finding.error(
                        "disk vda",
                        "socket /run/vrio/vm1-net.sock is that of NIC vm1-net: the guest cannot use it",
                        "name the socket that vrio disk list shows"),
                findings.get(1));
    }

    @Test
    void shouldRefuseMoreQueuesThanTheServerHas() {
        host.served.set(0, disk(ServedDevice.State.ATTACHED, "", 1));

        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "2 queues, the server has 1: the start fails, or hangs",
                                "write queues='1' into its <driver>")),
                host.findings("", ""));
    }

    @Test
    void shouldCountTheProcessorsOfADiskWithoutQueues() {
        assertEquals(
                List.of(
                        Finding.error(
                                "disk vda",
                                "65 queues, one for each processor, the server has 64: the start"
                                        + " fails, or hangs",
                                "write queues='64' into its <driver>")),
                host
                        .findings(
                                FakeHost.changed(" queues='2'", "")
                                        .replace("<vcpu>2<", "<vcpu>65<"))
                        .stream()
                        .filter(finding -> finding.severity() != Severity.NOTE)
                        .toList());
    }

    @Test
    void shouldWarnOfQueuesThatNoProcessorUses() {
        assertEquals(
                List.of(
                        Finding.warning(
                                "interface 52:54:00:00:00:01",
                                "4 queues for 2 processors: the guest does not use all of them",
                                "write queues='2' into its <driver>")),
                host.findings("queues='1'", "queues='4'"));
    }

    @Test
    void shouldRefuseAnotherMacThanTheIohyps() {
        assertEquals(
                List.of(
                        Finding.error(
                                "interface 52:54:00:00:00:02",
                                "the IOhyp carries no frames of this address, only of"
                                        + " 52:54:00:00:00:01",
                                "write <mac address='52:54:00:00:00:01'/>")),
                host.findings(
                        "<mac address='52:54:00:00:00:01'/>",
                        "<mac address='52:54:00:00:00:02'/>"));
    }

    @Test
    void shouldWantTheMacOfTheIohyp() {
        assertEquals(
                "it has no <mac>, libvirt makes one up; the IOhyp carries frames of"
                        + " 52:54:00:00:00:01",
                host.findings("<mac address='52:54:00:00:00:01'/>", "").get(0).problem());
    }

    @Test
    void shouldWarnOfADescribedDeviceThatNobodyMakes() {
        assertEquals(
                List.of(
                        Finding.warning(
                                "metadata of more",
                                "the server does not serve this disk, and no hook has it made",
                                "install the hook, or vrio disk create more")),
                host.findings("<vcpu>", DESCRIBED));
    }

    @Test
    void shouldLeaveDescribedDevicesToTheHook() {
        host.hasHook = true;

        assertEquals(List.of(), host.findings("<vcpu>", DESCRIBED));
    }
}
