// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DiskHomes.Claim;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a disk comes to the worker of who claims it. */
final class DiskHandOverTest {
    private DiskHomes homes;

    @BeforeEach
    void makeDisk() throws BackendException {
        homes = new DiskHomes(3);
        homes.create("root");
    }

    @AfterEach
    void close() {
        homes.close();
    }

    private HomedDisk disk() {
        assertEquals(1, homes.disks().size());
        return homes.disks().get(0);
    }

    private DiskRegistry registry(int worker) {
        return homes.registries.get(worker);
    }

    @Test
    void shouldAnswerAtOnceWhereTheDiskIsAtHome() {
        assertTrue(homes.claim(0, "root", "host-1", 1, 1).isHeld());
    }

    @Test
    void shouldBringTheDiskToAnotherWorker() throws BackendException {
        Claim claim = homes.claim(1, "root", "host-1", 1, 1);
        assertEquals(0, claim.answers);
        homes.settle();
        assertTrue(claim.isHeld());
        assertSame(homes.workers.get(1), disk().home());
        assertSame(registry(1), registry(0).home("root"));
        assertEquals("host-1", registry(1).show("root").claimedBy());
        assertTrue(registry(0).isEmpty());
    }

    @Test
    void shouldLeaveTheDiskWhereItWasUsedLast() {
        Claim claim = homes.claim(1, "root", "host-1", 1, 1);
        homes.settle();
        claim.close();
        assertTrue(homes.claim(1, "root", "host-2", 1, 1).isHeld());
    }

    @Test
    void shouldRefuseADiskOfAnotherServerOnWhicheverWorker() {
        Claim claim = homes.claim(0, "root", "host-1", 1, 1);
        Claim other = homes.claim(1, "root", "host-2", 1, 2);
        homes.settle();
        assertTrue(other.refusal.contains("is in use by server host-1"), other.refusal);
        assertTrue(claim.isHeld());
        assertSame(homes.workers.get(0), disk().home());
    }

    @Test
    void shouldRefuseADiskThatNobodyHas() {
        Claim claim = homes.claim(1, "nothing", "host-1", 1, 1);
        assertTrue(claim.refusal.contains("this IOhyp has no disk nothing"), claim.refusal);
    }

    @Test
    void shouldWaitForWhatIsUnderWay() {
        Claim earlier = homes.claim(0, "root", "host-1", 1, 1);
        earlier.write();
        Claim later = homes.claim(1, "root", "host-1", 1, 2);
        homes.settle();
        assertTrue(earlier.isRevoked);
        assertEquals(0, later.answers);
        disk().endOne();
        homes.settle();
        assertEquals(1, earlier.ended);
        assertTrue(later.isHeld());
        later.write();
        assertEquals(1, disk().underWay());
    }

    @Test
    void shouldRefuseAnEarlierClaimThatComesLater() {
        Claim later = homes.claim(1, "root", "host-1", 1, 2);
        homes.settle();
        Claim earlier = homes.claim(0, "root", "host-1", 1, 1);
        homes.settle();
        assertTrue(later.isHeld());
        assertTrue(earlier.refusal.contains("is in use by server host-1"), earlier.refusal);
    }

    @Test
    void shouldTellWhoComesWhileTheDiskWaitsToLeave() {
        Claim former = homes.claim(0, "root", "host-1", 1, 1);
        former.write();
        Claim later = homes.claim(1, "root", "host-1", 2, 1);
        homes.settle();
        Claim third = homes.claim(2, "root", "host-1", 2, 2);
        homes.settle();
        assertTrue(third.refusal.contains("is on its way to another worker"), third.refusal);
        assertThrows(BackendException.class, () -> registry(0).remove("root"));
        disk().endOne();
        homes.settle();
        assertTrue(later.isHeld());
    }

    @Test
    void shouldFollowADiskThatLeftMeanwhile() {
        Claim first = homes.claim(1, "root", "host-1", 1, 1);
        Claim second = homes.claim(2, "root", "host-1", 1, 2);
        homes.settle();
        assertTrue(first.isRevoked);
        assertTrue(second.isHeld());
        assertSame(homes.workers.get(2), disk().home());
    }

    @Test
    void shouldMoveTwoDisksCrosswise() throws BackendException {
        homes.create("data");
        homes.claim(1, "data", "host-1", 1, 1);
        homes.settle();
        Claim root = homes.claim(1, "root", "host-1", 1, 2);
        Claim data = homes.claim(0, "data", "host-1", 1, 3);
        homes.settle();
        assertTrue(root.isHeld());
        assertTrue(data.isHeld());
        assertSame(registry(1), registry(0).home("root"));
        assertSame(registry(0), registry(0).home("data"));
    }

    @Test
    void shouldKeepRecordsOfDisksWhereverTheyAre() throws BackendException {
        homes.claim(1, "root", "host-1", 1, 1);
        homes.settle();
        homes.create("data");
        assertEquals(
                List.of("data", "root"),
                homes.records.records().stream().map(DiskRecord::name).toList());
        registry(1).resize("root", 2 << 20, false);
        assertEquals(2 << 20, homes.records.records().get(1).capacity());
    }

    @Test
    void shouldRefuseANameThatAnotherWorkerHas() {
        homes.claim(1, "root", "host-1", 1, 1);
        homes.settle();
        BackendException e = assertThrows(BackendException.class, () -> homes.create("root"));
        assertTrue(e.getMessage().contains("exists already"), e.getMessage());
    }

    @Test
    void shouldRememberAtAllTimesWhoHasADiskThatMoves() {
        homes.claim(0, "root", "host-1", 1, 1);
        homes.claim(1, "root", "host-1", 1, 2);
        homes.workers.get(0).runOne();
        homes.workers.get(0).runOne();
        assertEquals(List.of(new KeptClaim("root", "host-1")), homes.kept.records());
        homes.settle();
        assertEquals(List.of(new KeptClaim("root", "host-1")), homes.kept.records());
    }

    @Test
    void shouldMoveAllDisksOfAWorkerThatEnds() {
        Claim claim = homes.claim(1, "root", "host-1", 1, 1);
        homes.settle();
        registry(1).leaveTo(registry(0));
        homes.settle();
        assertFalse(registry(1).isEmpty());
        claim.close();
        registry(1).leaveTo(registry(0));
        homes.settle();
        assertTrue(registry(1).isEmpty());
        assertSame(homes.workers.get(0), disk().home());
    }

    @Test
    void shouldNotBringADiskToAWorkerThatEnds() {
        Claim claim = homes.claim(1, "root", "host-1", 1, 1);
        registry(1).leaveTo(registry(0));
        homes.settle();
        assertTrue(claim.refusal.contains("is on its way"), claim.refusal);
        assertSame(homes.workers.get(0), disk().home());
        assertTrue(homes.claim(0, "root", "host-1", 1, 2).isHeld());
    }
}
