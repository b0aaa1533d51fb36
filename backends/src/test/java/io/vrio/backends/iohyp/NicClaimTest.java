// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.ClockWorker;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicContext;
import io.vrio.backends.net.NicSpec;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.NicClaim;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use a NIC. */
final class NicClaimTest {
    private static final NetPort GUEST = frame -> true;
    private static final NetFrame FRAME = new NetFrame();

    @TempDir Path folder;
    private final List<FakeNic> opened = new ArrayList<>();
    private StateFolder state;
    private NicRegistry registry;

    @BeforeEach
    void makeNic() throws Exception {
        state = StateFolder.open(folder);
        registry =
                new NicRegistry(
                        new KeptRecords<>(new StateFile<>(state, new NicFormat())),
                        ClaimLedger.open(state, ClaimFormat.NICS, Runnable::run, () -> 0),
                        new ClockWorker(() -> 0),
                        () -> Instant.parse("2025-01-02T03:04:05Z"),
                        this::open);
        registry.create("lan", NicSpec.parse("switch:lan"));
    }

    private NicBackend open(NicSpec spec, NicContext context) {
        FakeNic nic = new FakeNic();
        opened.add(nic);
        return nic;
    }

    @AfterEach
    void free() {
        registry.close();
        state.close();
    }

    private String refusal(String nic, String server, long epoch) {
        return assertThrows(ClaimRefusedException.class, () -> registry.claim(nic, server, epoch))
                .getMessage();
    }

    @Test
    void shouldCarryFramesBothWays() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);
        claim.nic().connect(GUEST);

        assertTrue(claim.nic().port().offer(FRAME));

        assertEquals(1, opened.get(0).taken());
        assertSame(GUEST, opened.get(0).guest());
    }

    @Test
    void shouldRefuseASecondServer() throws Exception {
        registry.claim("lan", "host-1", 1);

        assertEquals(
                "NIC lan is in use by server host-1 since 2025-01-02T03:04:05Z; detach it there,"
                        + " or stop that server, first",
                refusal("lan", "host-2", 1));
    }

    @Test
    void shouldRefuseTheSameProcessTwice() throws Exception {
        registry.claim("lan", "host-1", 1);

        assertTrue(refusal("lan", "host-1", 1).contains("in use by server host-1"));
    }

    @Test
    void shouldRefuseANicThatDoesNotExist() {
        assertTrue(refusal("la\nn", "host-1", 1).startsWith("this IOhyp has no NIC la?n;"));
    }

    @Test
    void shouldGiveTheNicToTheNextOneWhenClosed() throws Exception {
        registry.claim("lan", "host-1", 1).close();

        registry.claim("lan", "host-2", 1);

        assertEquals("host-2", registry.show("lan").claimedBy());
    }

    @Test
    void shouldDisconnectTheGuestWhenClosed() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);
        claim.nic().connect(GUEST);

        claim.nic().close();

        assertNull(opened.get(0).guest());
        assertEquals("", registry.show("lan").claimedBy());
    }

    @Test
    void shouldTellARestartedServersFormerLifeThatItLostTheNic() throws Exception {
        NicClaim old = registry.claim("lan", "host-1", 1);
        int[] revocations = new int[1];
        old.onRevoke(() -> revocations[0]++);

        registry.claim("lan", "host-1", 2);

        assertEquals(1, revocations[0]);
        assertEquals(1, registry.show("lan").counters().get("takeovers"));
    }

    @Test
    void shouldCarryNothingForALostClaim() throws Exception {
        NicClaim old = registry.claim("lan", "host-1", 1);
        NicClaim fresh = registry.claim("lan", "host-1", 2);
        fresh.nic().connect(GUEST);

        assertTrue(old.nic().port().offer(FRAME));
        old.nic().connect(null);
        old.close();

        assertEquals(0, opened.get(0).taken());
        assertSame(GUEST, opened.get(0).guest());
        assertFalse(old.nic().properties().isLinkUp());
        assertEquals(1, registry.show("lan").counters().get("refused"));
        assertEquals("host-1", registry.show("lan").claimedBy());
    }

    @Test
    void shouldTellTheServerOfTheLink() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);
        List<Boolean> told = new ArrayList<>();
        claim.nic().onPropertiesChange(() -> told.add(claim.nic().properties().isLinkUp()));

        registry.setLink("lan", false);
        registry.setLink("lan", false);
        registry.setLink("lan", true);

        assertEquals(List.of(false, true), told);
    }

    @Test
    void shouldShowTheOperatorsLinkAndTheBackendsFailureApart() throws Exception {
        registry.setLink("lan", false);
        opened.get(0).fail("tap0 is gone");

        NicStatus status = registry.setLink("lan", true);

        assertTrue(status.isLinkWanted());
        assertFalse(status.properties().isLinkUp());
        assertEquals(NicState.FAILED, status.state());
        assertEquals("tap0 is gone", status.failure());
    }

    @Test
    void shouldOpenAFailedNicAgainForTheNextClaim() throws Exception {
        registry.setLink("lan", false);
        opened.get(0).fail("tap0 is gone");

        NicClaim claim = registry.claim("lan", "host-1", 1);

        assertTrue(opened.get(0).isClosed());
        assertEquals(2, opened.size());
        assertEquals(NicState.READY, registry.show("lan").state());
        assertFalse(claim.nic().properties().isLinkUp(), "the operator's wish was forgotten");
    }

    @Test
    void shouldTakeAFailedNicFromItsServerWhenItIsRetried() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);
        int[] revocations = new int[1];
        claim.onRevoke(() -> revocations[0]++);
        opened.get(0).fail("tap0 is gone");

        assertEquals(NicState.READY, registry.retry("lan").state());

        assertEquals(1, revocations[0]);
    }

    @Test
    void shouldRefuseToRemoveANicThatIsUsed() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);

        String problem =
                assertThrows(BackendException.class, () -> registry.remove("lan")).getMessage();
        assertTrue(problem.startsWith("NIC lan is in use by server host-1"), problem);

        claim.close();
        registry.remove("lan");
        assertEquals(List.of(), registry.list());
        assertTrue(opened.get(0).isClosed());
    }

    @Test
    void shouldTakeTheNicsFromTheirServersWhenClosed() throws Exception {
        NicClaim claim = registry.claim("lan", "host-1", 1);
        int[] revocations = new int[1];
        claim.onRevoke(() -> revocations[0]++);

        registry.close();

        assertEquals(1, revocations[0]);
        assertTrue(opened.get(0).isClosed());
    }
}
