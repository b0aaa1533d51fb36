// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static io.vrio.common.io.BlockRequestKind.FLUSH;
import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static io.vrio.common.io.BlockRequestKind.WRITE_ZEROES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskDriver;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.IoStatus;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.Claimant;
import io.vrio.transport.remote.DiskClaim;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who may use a disk. A request that clears 2 MiB of a RAM disk is executed by a thread of the
 * disk's slow lane, so it stays under way until the driver is asked to go on.
 */
final class DiskClaimTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();
    private final List<FailingDisk> opened = new ArrayList<>();
    private StateFolder state;
    private DiskRegistry registry;

    @BeforeEach
    void makeDisk() throws Exception {
        state = StateFolder.open(folder);
        registry =
                new DiskRegistry(
                        new KeptRecords<>(new StateFile<>(state, new DiskFormat())),
                        ClaimLedger.open(
                                state,
                                ClaimFormat.DISKS,
                                driver.context().worker()::execute,
                                () -> 0),
                        driver.context().worker(),
                        () -> Instant.parse("2025-01-02T03:04:05Z"),
                        this::open);
        registry.create("root", BackendSpec.parse("ram:8M"));
    }

    private BackendDisk open(BackendSpec spec, DiskContext context) throws BackendException {
        FailingDisk disk = new FailingDisk(BackendDisk.open(spec, context));
        opened.add(disk);
        return disk;
    }

    @AfterEach
    void free() {
        registry.close();
        state.close();
        driver.close();
    }

    private String refusal(String disk, String server, long epoch) {
        return assertThrows(ClaimRefusedException.class, () -> registry.claim(disk, server, epoch))
                .getMessage();
    }

    private BlockRequest slowRequest() {
        return driver.request(WRITE_ZEROES, 0, 2 * MIB);
    }

    @Test
    void shouldRefuseASecondServer() throws Exception {
        registry.claim("root", "host-1", 1);
        assertEquals(
                "disk root is in use by server host-1 since 2025-01-02T03:04:05Z; detach it"
                        + " there, or stop that server, first",
                refusal("root", "host-2", 1));
    }

    @Test
    void shouldRefuseTheSameProcessTwice() throws Exception {
        registry.claim("root", "host-1", 1);
        assertTrue(refusal("root", "host-1", 1).contains("in use by server host-1"));
    }

    @Test
    void shouldRefuseADiskThatDoesNotExist() {
        assertTrue(refusal("ro\not", "host-1", 1).startsWith("this IOhyp has no disk ro?ot;"));
    }

    @Test
    void shouldGiveTheDiskToTheNextOneWhenClosed() throws Exception {
        registry.claim("root", "host-1", 1).close();
        DiskClaim claim = registry.claim("root", "host-2", 1);
        assertEquals(IoStatus.OK, driver.run(claim.disk().port(), READ, 0, 512));
        assertEquals("host-2", registry.show("root").claimedBy());
    }

    @Test
    void shouldTellARestartedServersFormerLifeThatItLostTheDisk() throws Exception {
        DiskClaim old = registry.claim("root", "host-1", 1);
        int[] revocations = new int[1];
        old.onRevoke(() -> revocations[0]++);
        registry.claim("root", "host-1", 2);
        assertEquals(1, revocations[0]);
        assertEquals(IoStatus.IO_ERROR, driver.run(old.disk().port(), WRITE, 0, 512));
        assertEquals(1, registry.show("root").counters().get("refused"));
        assertEquals(1, registry.show("root").counters().get("takeovers"));
    }

    @Test
    void shouldHoldNewRequestsUntilThoseOfTheFormerLifeHaveEnded() throws Exception {
        DiskClaim old = registry.claim("root", "host-1", 1);
        BlockRequest oldRequest = slowRequest();
        old.disk().port().submit(oldRequest);
        DiskClaim fresh = registry.claim("root", "host-1", 2);
        BlockRequest freshRequest = driver.request(WRITE, 0, 512);
        fresh.disk().port().submit(freshRequest);
        assertFalse(driver.hasEnded(freshRequest));
        assertEquals(IoStatus.OK, driver.await(oldRequest));
        assertTrue(driver.hasEnded(freshRequest));
        assertEquals(IoStatus.OK, driver.await(freshRequest));
    }

    @Test
    void shouldHoldRequestsOfTheNextServerUntilThoseOfAClosedClaimHaveEnded() throws Exception {
        DiskClaim old = registry.claim("root", "host-1", 1);
        BlockRequest oldRequest = slowRequest();
        old.disk().port().submit(oldRequest);
        old.close();
        DiskClaim next = registry.claim("root", "host-2", 1);
        BlockRequest nextRequest = driver.request(READ, 0, 512);
        next.disk().port().submit(nextRequest);
        assertFalse(driver.hasEnded(nextRequest));
        driver.await(oldRequest);
        assertEquals(IoStatus.OK, driver.await(nextRequest));
    }

    @Test
    void shouldNeverExecuteWhatWasHeldForALostClaim() throws Exception {
        DiskClaim first = registry.claim("root", "host-1", 1);
        BlockRequest firstRequest = slowRequest();
        first.disk().port().submit(firstRequest);
        DiskClaim second = registry.claim("root", "host-1", 2);
        driver.memory().fill(0, 512, (byte) 9);
        BlockRequest heldRequest = driver.request(WRITE, 4 * MIB, 512);
        second.disk().port().submit(heldRequest);
        DiskClaim third = registry.claim("root", "host-1", 3);
        assertEquals(IoStatus.IO_ERROR, driver.await(heldRequest));
        driver.await(firstRequest);
        driver.run(third.disk().port(), READ, 4 * MIB, 512);
        assertEquals(0, driver.memory().getLong(0));
    }

    @Test
    void shouldTellOfALostClaimBeforeWhatWasHeldForItEnds() throws Exception {
        registry.claim("root", "host-1", 1).disk().port().submit(slowRequest());
        DiskClaim second = registry.claim("root", "host-1", 2);
        BlockRequest heldRequest = driver.request(WRITE, 0, 512);
        second.disk().port().submit(heldRequest);
        List<Boolean> hadEnded = new ArrayList<>();
        second.onRevoke(() -> hadEnded.add(driver.hasEnded(heldRequest)));
        registry.claim("root", "host-1", 3);
        assertEquals(List.of(false), hadEnded);
        assertEquals(IoStatus.IO_ERROR, driver.await(heldRequest));
    }

    @Test
    void shouldRefuseToRemoveADiskThatIsUsed() throws Exception {
        DiskClaim claim = registry.claim("root", "host-1", 1);
        String problem =
                assertThrows(BackendException.class, () -> registry.remove("root")).getMessage();
        assertTrue(problem.startsWith("disk root is in use by server host-1"), problem);
        claim.close();
        registry.remove("root");
        assertEquals(List.of(), registry.list());
    }

    @Test
    void shouldRefuseToRemoveADiskThatStillExecutes() throws Exception {
        DiskClaim claim = registry.claim("root", "host-1", 1);
        BlockRequest request = slowRequest();
        claim.disk().port().submit(request);
        claim.close();
        assertThrows(BackendException.class, () -> registry.remove("root"));
        driver.await(request);
        registry.remove("root");
        assertEquals(List.of(), registry.list());
    }

    @Test
    void shouldTellTheServerOfANewCapacity() throws Exception {
        DiskClaim claim = registry.claim("root", "host-1", 1);
        long[] told = new long[1];
        claim.disk().onPropertiesChange(() -> told[0] = claim.disk().properties().capacity());
        registry.resize("root", 16 * MIB, false);
        assertEquals(16 * MIB, told[0]);
    }

    @Test
    void shouldEndEveryRequestWhenTheDiskIsAbandoned() throws Exception {
        DiskClaim claim = registry.claim("root", "host-1", 1);
        BlockRequest request = slowRequest();
        claim.disk().port().submit(request);
        claim.disk().abandonRequests();
        assertTrue(driver.hasEnded(request));
        assertEquals(IoStatus.IO_ERROR, driver.await(request));
        assertEquals(IoStatus.OK, driver.run(claim.disk().port(), FLUSH, 0, 0));
    }

    @Test
    void shouldTakeTheDisksFromTheirServersWhenClosed() throws Exception {
        DiskClaim claim = registry.claim("root", "host-1", 1);
        int[] revocations = new int[1];
        claim.onRevoke(() -> revocations[0]++);
        BlockRequest request = slowRequest();
        claim.disk().port().submit(request);
        registry.close();
        assertEquals(1, revocations[0]);
        assertTrue(driver.hasEnded(request));
    }

    @Test
    void shouldTellTheServerThatWritesWereLostWhenAFailedDiskIsRetried() throws Exception {
        DiskClaim before = registry.claim("root", "host-1", 1);
        int[] revocations = new int[1];
        before.onRevoke(() -> revocations[0]++);
        opened.get(0).fail("a flush failed");
        assertEquals("a flush failed", registry.show("root").failure());
        assertEquals(DiskState.READY, registry.retry("root").state());
        assertEquals(1, revocations[0]);
        DiskClaim after = registry.claim("root", "host-1", 1);
        assertNotEquals(before.incarnation(), after.incarnation());
        assertEquals(IoStatus.OK, driver.run(after.disk().port(), READ, 0, 512));
    }

    @Test
    void shouldKeepTheIncarnationWhenNothingWasLost() throws Exception {
        DiskClaim before = registry.claim("root", "host-1", 1);
        before.close();
        registry.retry("root");
        assertEquals(1, opened.size());
        assertEquals(before.incarnation(), registry.claim("root", "host-2", 1).incarnation());
    }

    @Test
    void shouldOpenADiskAnewThatFailedUnderTheServerBefore() throws Exception {
        DiskClaim before = registry.claim("root", "host-1", 1);
        opened.get(0).fail("a flush failed");
        before.close();
        DiskClaim after = registry.claim("root", "host-1", 2);
        assertEquals(DiskState.READY, registry.show("root").state());
        assertNotEquals(before.incarnation(), after.incarnation());
    }

    private DiskClaim claim(long epoch, long number) throws ClaimRefusedException {
        return registry.claim("root", new Claimant("host-1", epoch, number));
    }

    @Test
    void shouldGiveADiskToTheLaterClaimOfAServer() throws Exception {
        List<String> revoked = new ArrayList<>();
        claim(1, 5).onRevoke(() -> revoked.add("5"));
        claim(1, 6).onRevoke(() -> revoked.add("6"));
        assertEquals(List.of("5"), revoked);
    }

    @Test
    void shouldRefuseAClaimThatComesTooLate() throws Exception {
        claim(1, 6);
        assertThrows(ClaimRefusedException.class, () -> claim(1, 5));
        assertThrows(ClaimRefusedException.class, () -> claim(1, 6));
        assertThrows(ClaimRefusedException.class, () -> claim(1, 0));
    }

    @Test
    void shouldNotCompareTheNumbersOfTwoLives() throws Exception {
        claim(1, 6);
        claim(2, 1);
        assertThrows(ClaimRefusedException.class, () -> claim(2, 1));
    }

    @Test
    void shouldHoldTheRequestsOfTheLaterClaimUntilTheEarlierOnesHaveEnded() throws Exception {
        BlockRequest earlier = slowRequest();
        claim(1, 5).disk().port().submit(earlier);
        BlockRequest later = driver.request(WRITE, 0, 512);
        claim(1, 6).disk().port().submit(later);
        assertFalse(driver.hasEnded(later));
        driver.await(earlier);
        assertEquals(IoStatus.OK, driver.await(later));
    }
}
