// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What detaching does, and when it leaves the device with the server. */
class DetachmentTest {
    private static final AttachWish LIVE = Wishes.disk("data");
    private static final AttachWish BOTH = Wishes.wish(DeviceKind.DISK, "data", false, true);

    private final FakeServer server = new FakeServer();
    private final FakeDomain guest = new FakeDomain("vm1", server);
    private final FakeHypervisor hypervisor = new FakeHypervisor(guest);

    private void attach(AttachWish wish) throws AdminException {
        new Attachment(wish, hypervisor, server, Wishes.patience()).attach();
    }

    private void detach(AttachWish wish) throws AdminException {
        new Detachment(wish, hypervisor, server, Wishes.patience()).detach();
    }

    private String refusal(AttachWish wish) {
        return assertThrows(AdminException.class, () -> detach(wish)).getMessage();
    }

    @Test
    void shouldTakeOutAndEndWhatAttachMade() throws Exception {
        attach(LIVE);

        detach(LIVE);

        assertEquals("", guest.devices(Scope.LIVE));
        assertEquals(List.of("create data", "delete data"), server.calls());
    }

    @Test
    void shouldLeaveWhatIsNotMadeForTheDomain() throws Exception {
        server.serve(DeviceKind.DISK, "data");
        attach(LIVE);

        detach(LIVE);

        assertEquals("", guest.devices(Scope.LIVE));
        assertEquals(List.of(), server.calls());
    }

    @Test
    void shouldLeaveWhatTheDomainStartsWith() throws Exception {
        attach(BOTH);

        detach(LIVE);

        assertTrue(guest.devices(Scope.CONFIG).contains("data.sock"));
        assertEquals(List.of("create data"), server.calls());
    }

    @Test
    void shouldTakeOutOfBothWhenPersistent() throws Exception {
        attach(BOTH);

        detach(BOTH);

        assertEquals("", guest.devices(Scope.LIVE) + guest.devices(Scope.CONFIG));
        assertEquals(List.of("create data", "delete data"), server.calls());
    }

    @Test
    void shouldFreeNothingWhenTheGuestDoesNotLetGo() throws Exception {
        attach(BOTH);
        guest.deaf();

        String refusal = refusal(BOTH);

        assertTrue(
                refusal.startsWith(
                        "the guest of vm1 has not let go of the disk at /run/vrio/data.sock within"
                                + " 10 s"),
                refusal);
        assertTrue(guest.devices(Scope.CONFIG).contains("data.sock"));
        assertEquals(List.of("create data"), server.calls());
    }

    @Test
    void shouldSayThatItIsNotAttached() {
        assertEquals(
                "disk data (/run/vrio/data.sock) is not attached to domain vm1", refusal(LIVE));
    }

    @Test
    void shouldSayThatItIsInTheDefinitionOnly() throws Exception {
        guest.with(
                Scope.CONFIG, "<disk type='vhostuser'><source path='/run/vrio/data.sock'/></disk>");

        assertEquals(
                "disk data (/run/vrio/data.sock) is not attached to domain vm1 as it runs; with"
                        + " --persistent it is taken out of its definition",
                refusal(LIVE));
    }
}
