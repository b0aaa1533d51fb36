// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.DriverQueue;
import io.vrio.bench.frontend.GuestMemory;
import io.vrio.common.memory.MemorySlice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slot 0 writes, slot 1 reads, and the test is the disk between them. */
final class DataVerifierTest {
    private static final int LENGTH = 8192;
    private static final int BLOCK = DiskModel.BLOCK_LENGTH;

    private final GuestMemory memory = new GuestMemory(1 << 20, 1 << 20);
    private final BlockQueue queue =
            new BlockQueue(new DriverQueue(memory, 16, true), memory, 2, LENGTH, true);
    private final DiskModel model = new DiskModel(8);
    private final DataVerifier verifier = new DataVerifier(queue, model, LENGTH, 1, 42);
    private final MemorySlice written = queue.written(0).segment(0);
    private final MemorySlice read = queue.read(1).segment(0);
    private final byte[] disk = new byte[LENGTH];

    @AfterEach
    void close() {
        queue.close();
        memory.close();
    }

    @Test
    void shouldAcceptWhatWasWritten() {
        write(0);
        readBack(0);
        assertEquals(List.of(), verifier.failures());
        assertEquals(16, verifier.verifiedSectorCount());
    }

    @Test
    void shouldFindTheDataOfAnotherSector() {
        write(0);
        loseWrite(16);
        readBack(16);
        assertEquals(16, verifier.failureCount());
        assertEquals("sector 16 holds the data of sector 0", verifier.failures().get(0));
    }

    @Test
    void shouldFindAStaleBlock() {
        write(0);
        loseWrite(0);
        readBack(0);
        assertEquals(16, verifier.failureCount());
        assertEquals(
                "sector 0 is stale: generation 1, acknowledged was 2", verifier.failures().get(0));
    }

    @Test
    void shouldFindOneStaleSectorInABlock() {
        write(0);
        byte[] old = disk.clone();
        write(0);
        System.arraycopy(old, 512 * 3, disk, 512 * 3, 512);
        readBack(0);
        assertEquals(
                List.of("sector 3 is stale: generation 1, acknowledged was 2"),
                verifier.failures());
    }

    @Test
    void shouldFindASectorTornBetweenTwoGenerations() {
        write(0);
        byte[] old = disk.clone();
        write(0);
        System.arraycopy(old, 512 * 3 + 256, disk, 512 * 3 + 256, 256);
        readBack(0);
        assertEquals(
                List.of("sector 3 is torn: its end does not belong to its beginning"),
                verifier.failures());
    }

    @Test
    void shouldFindADamagedByteInTheMiddle() {
        write(0);
        disk[512 * 5 + 100] ^= 1;
        readBack(0);
        assertEquals(List.of("sector 5 has a wrong checksum"), verifier.failures());
    }

    @Test
    void shouldFindThatAReadBroughtNothing() {
        write(0);
        readBack(0);
        verifier.beginRead(1, 0, LENGTH);
        verifier.endRead(1, 0, LENGTH);
        assertEquals(16, verifier.failureCount());
        assertEquals("sector 0 was not written by the read", verifier.failures().get(0));
    }

    @Test
    void shouldFindAGenerationThatWasNeverIssued() {
        write(0);
        write(0);
        DataVerifier other = new DataVerifier(queue, new DiskModel(8), LENGTH, 1, 42);
        other.beginWrite(0, 0, LENGTH);
        other.endWrite(0, LENGTH, true);
        other.beginRead(1, 0, LENGTH);
        read.putBytes(0, disk, 0, LENGTH);
        other.endRead(1, 0, LENGTH);
        assertEquals("sector 0 is of generation 2, issued was 1", other.failures().get(0));
    }

    @Test
    void shouldAcceptOldAndNewWhileAWriteIsInFlight() {
        write(0);
        verifier.beginRead(1, 0, LENGTH);
        verifier.beginWrite(0, 0, LENGTH);
        written.getBytes(0, disk, 0, BLOCK);
        read.putBytes(0, disk, 0, LENGTH);
        verifier.endWrite(0, LENGTH, true);
        verifier.endRead(1, 0, LENGTH);
        assertEquals(List.of(), verifier.failures());
        assertEquals(16, verifier.verifiedSectorCount());
    }

    @Test
    void shouldAcceptOldAndNewAfterAFailedWrite() {
        write(0);
        verifier.beginWrite(0, 0, LENGTH);
        written.getBytes(0, disk, 0, BLOCK);
        verifier.endWrite(0, LENGTH, false);
        readBack(0);
        assertEquals(List.of(), verifier.failures());
        assertEquals(16, verifier.verifiedSectorCount());
    }

    @Test
    void shouldFindAFailedWriteThatOvertakesTheNextOne() {
        verifier.beginWrite(0, 0, LENGTH);
        written.getBytes(0, disk, 0, LENGTH);
        verifier.endWrite(0, LENGTH, false);
        loseWrite(0);
        readBack(0);
        assertEquals(16, verifier.failureCount());
    }

    @Test
    void shouldNotJudgeADiscardedBlock() {
        write(0);
        model.forget(0);
        disk[0] ^= 1;
        readBack(0);
        assertEquals(List.of(), verifier.failures());
        assertEquals(8, verifier.verifiedSectorCount());
    }

    private void write(long sector) {
        loseWrite(sector);
        written.getBytes(0, disk, 0, LENGTH);
    }

    /** A write that the disk acknowledges and does not do. */
    private void loseWrite(long sector) {
        verifier.beginWrite(0, sector, LENGTH);
        verifier.endWrite(sector, LENGTH, true);
    }

    private void readBack(long sector) {
        verifier.beginRead(1, sector, LENGTH);
        read.putBytes(0, disk, 0, LENGTH);
        verifier.endRead(1, sector, LENGTH);
    }
}
