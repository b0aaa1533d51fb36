// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.libvirt.admin.Attachment.Attached;
import io.vrio.libvirt.admin.FakeServer.Entry;
import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.admin.ServedDevice.State;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What attaching does, checks first, and takes back. */
class AttachmentTest {
    private final FakeServer server = new FakeServer();
    private final FakeDomain guest = new FakeDomain("vm1", server);

    private Attached attach(AttachWish wish, GuestDomain... domains) throws AdminException {
        return new Attachment(wish, new FakeHypervisor(domains), server, Wishes.patience())
                .attach();
    }

    private String refusal(AttachWish wish, GuestDomain... domains) {
        return assertThrows(AdminException.class, () -> attach(wish, domains)).getMessage();
    }

    private void assertNothingIsLeft(String refusal) {
        assertTrue(refusal.endsWith("; nothing is left of it"), refusal);
        assertEquals(List.of("create data", "delete data"), server.calls());
        assertEquals("", guest.devices(Scope.LIVE));
        assertEquals("", guest.devices(Scope.CONFIG));
    }

    @Test
    void shouldServeAndPlugIn() throws Exception {
        Attached attached = attach(Wishes.disk("data"), guest);

        assertEquals(new Attached("disk data", "vm1", "vda", true, false), attached);
        assertEquals(List.of("create data"), server.calls());
        assertTrue(
                guest.devices(Scope.LIVE).contains("path='/run/vrio/data.sock'"),
                guest.devices(Scope.LIVE));
        assertEquals("", guest.devices(Scope.CONFIG));
    }

    @Test
    void shouldWarnOfWhatDoesNotComeBack() throws Exception {
        Attached live = new Attached("disk data", "vm1", "vda", true, false);
        Attached both = new Attached("disk data", "vm1", "vda", true, true);
        Attached config = new Attached("disk data", "vm1", "vda", false, true);

        assertEquals(
                "libvirt 9.0.0 does not pass <reconnect> on to a guest that runs: disk data does not come"
                        + " back after a restart of vrio server until it is detached and attached"
                        + " again",
                live.warning(9_000_000).orElseThrow());
        assertTrue(
                both.warning(9_000_000)
                        .orElseThrow()
                        .endsWith("again; from the next start of vm1 on it does"));
        assertTrue(
                live.warning(10_001_002).orElseThrow().startsWith("libvirt 10.1.2 may not pass"));
        assertEquals(Optional.empty(), config.warning(9_000_000));
    }

    @Test
    void shouldUseWhatIsServedAlready() throws Exception {
        server.serve(DeviceKind.DISK, "data");

        attach(Wishes.disk("data"), guest);

        assertEquals(List.of(), server.calls());
    }

    @Test
    void shouldTakeTheNextFreeTarget() throws Exception {
        guest.with(Scope.LIVE, "<disk type='file'><target dev='vda'/></disk>");

        assertEquals("vdb", attach(Wishes.disk("data"), guest).place());
    }

    @Test
    void shouldChangeWhatADomainStartsWithWhenItDoesNotRun() throws Exception {
        Attached attached = attach(Wishes.disk("data"), guest.stopped());

        assertEquals(new Attached("disk data", "vm1", "vda", false, true), attached);
        assertTrue(guest.devices(Scope.CONFIG).contains("data.sock"));
    }

    @Test
    void shouldChangeBothWhenPersistent() throws Exception {
        attach(Wishes.wish(DeviceKind.DISK, "data", false, true), guest);

        assertTrue(guest.devices(Scope.LIVE).contains("data.sock"));
        assertTrue(guest.devices(Scope.CONFIG).contains("data.sock"));
    }

    @Test
    void shouldGiveTheGuestTheAddressOfTheIohyp() throws Exception {
        server.serve(DeviceKind.NIC, "net").mac = "52:54:00:00:00:01";

        assertEquals("52:54:00:00:00:01", attach(Wishes.nic("net"), guest).place());
    }

    @Test
    void shouldTakeBackWhatItServedWhenTheIohypRefuses() {
        server.make(AttachmentTest::refused);

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(refusal.startsWith("the IOhyp refuses disk data: no such disk"), refusal);
        assertNothingIsLeft(refusal);
    }

    private static void refused(Entry entry) {
        entry.state = State.REFUSED;
        entry.reason = "no such disk";
    }

    @Test
    void shouldNotWaitForAnIohypForEver() {
        server.make(entry -> entry.state = State.WAITING);

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(
                refusal.startsWith("the IOhyp has not answered for disk data within 10 s"),
                refusal);
        assertNothingIsLeft(refusal);
    }

    @Test
    void shouldTakeBackWhatWasBegunBeforeASignal() {
        server.make(entry -> entry.state = State.WAITING);
        FakeHypervisor hypervisor = new FakeHypervisor(guest);

        String stopped =
                assertThrows(
                                AdminException.class,
                                () ->
                                        new Attachment(
                                                        Wishes.disk("data"),
                                                        hypervisor,
                                                        server,
                                                        Wishes.noPatience())
                                                .attach())
                        .getMessage();

        assertTrue(stopped.startsWith("stopped by a signal"), stopped);
        assertNothingIsLeft(stopped);
    }

    @Test
    void shouldTakeBackWhatAFailingLibvirtHasDone() {
        guest.failing("libvirt says: broken pipe");

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(refusal.startsWith("libvirt says: broken pipe"), refusal);
        assertNothingIsLeft(refusal);
    }

    @Test
    void shouldPlugOutWhatQemuHasNotConnectedTo() {
        guest.notConnecting();

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(refusal.startsWith("QEMU has not connected to disk data"), refusal);
        assertNothingIsLeft(refusal);
    }

    @Test
    void shouldSayWhatCouldNotBeTakenBack() {
        guest.failing("libvirt says: no").deaf();

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(
                refusal.startsWith(
                        "libvirt says: no; and it could not be undone: the guest of vm1 has not let"
                                + " go of the disk at /run/vrio/data.sock within 10 s"),
                refusal);
    }

    @Test
    void shouldLeaveWhatWasServedBefore() {
        server.serve(DeviceKind.DISK, "data");
        guest.failing("libvirt says: no");

        String refusal = refusal(Wishes.disk("data"), guest);

        assertEquals("libvirt says: no; nothing is left of it", refusal);
        assertEquals(List.of(), server.calls());
    }

    @Test
    void shouldRefuseADomainThatIsNotThere() {
        assertTrue(
                refusal(Wishes.disk("data")).startsWith("there is no domain vm1"),
                "no domain at all");
    }

    @Test
    void shouldRefuseLiveForADomainThatDoesNotRun() {
        assertEquals(
                "domain vm1 is not running: start it first, or omit --live to change what it starts with",
                refusal(Wishes.wish(DeviceKind.DISK, "data", true, false), guest.stopped()));
    }

    @Test
    void shouldRefusePersistentForADomainThatIsForgotten() {
        assertEquals(
                "domain vm1 is transient, it is forgotten when it stops: omit --persistent",
                refusal(Wishes.wish(DeviceKind.DISK, "data", false, true), guest.isTransient()));
    }

    @Test
    void shouldRefuseMemoryThatIsNotShared() {
        String refusal = refusal(Wishes.disk("data"), guest.withoutSharedMemory());

        assertTrue(refusal.startsWith("the memory of domain vm1 is not shared"), refusal);
        assertEquals(List.of(), server.calls());
    }

    @Test
    void shouldRefuseWhenNoPortIsFree() {
        guest.with(
                Scope.LIVE,
                "<memballoon model='virtio'><address type='pci' bus='0x01'/></memballoon>");

        String refusal = refusal(Wishes.disk("data"), guest);

        assertTrue(refusal.startsWith("domain vm1 has no free PCI port"), refusal);
        assertEquals(List.of(), server.calls());
    }

    @Test
    void shouldRefuseWhatIsAttachedAlready() throws Exception {
        attach(Wishes.disk("data"), guest);

        assertEquals(
                "disk data is attached to domain vm1 already, as vda",
                refusal(Wishes.disk("data"), guest));
    }

    @Test
    void shouldRefuseWhatAnotherDomainStartsWith() throws Exception {
        FakeDomain other = new FakeDomain("vm2", server);
        other.with(
                Scope.CONFIG,
                "<disk type='vhostuser'><source path='/run/vrio/../vrio/data.sock'/></disk>");

        assertEquals(
                "domain vm2 has disk data (/run/vrio/data.sock): detach it there first",
                refusal(Wishes.disk("data"), guest, other));
    }

    @Test
    void shouldRefuseWhatAProcessUses() {
        server.serve(DeviceKind.DISK, "data").frontend = OptionalLong.of(815);

        assertEquals(
                "disk data is in use by process 815, which is no domain of this libvirt",
                refusal(Wishes.disk("data"), guest));
    }

    @Test
    void shouldRefuseATargetThatIsTaken() {
        guest.with(Scope.LIVE, "<disk type='file'><target dev='vdc'/></disk>");

        assertEquals(
                "domain vm1 has another disk vdc: choose another --target, or none for the next one",
                refusal(Wishes.at("vdc"), guest));
    }

    @Test
    void shouldRefuseAnotherAddressThanTheNicHas() {
        server.serve(DeviceKind.NIC, "net").mac = "52:54:00:00:00:01";

        assertEquals(
                "the IOhyp's NIC net has the address 52:54:00:00:00:01 and passes no frames of another: omit"
                        + " --mac; nothing is left of it",
                refusal(Wishes.withMac("52:54:00:00:00:02"), guest));
    }
}
