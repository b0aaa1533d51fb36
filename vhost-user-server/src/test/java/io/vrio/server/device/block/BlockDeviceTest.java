// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.server.device.block.BlockGuest.Pending;
import io.vrio.server.device.block.BlockGuest.Result;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a guest gets for the requests it makes. */
final class BlockDeviceTest {
    private static final int SECTORS = 2048;
    private static final int UNKNOWN_TYPE = 77;
    private static final byte[] NOTHING = {};

    private final MemoryDisk disk = MemoryDisk.ofCapacity(SECTORS * 512L);
    private BlockGuest guest;

    @BeforeEach
    void start() {
        guest = BlockGuest.start(disk);
    }

    @AfterEach
    void close() {
        guest.close();
        disk.close();
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + 7);
        }
        return bytes;
    }

    @Test
    void shouldReadWhatWasWritten() {
        assertEquals(BlockStatus.OK, guest.write(3, pattern(1024)).status());
        Result read = guest.read(3, 1024);
        assertEquals(BlockStatus.OK, read.status());
        assertArrayEquals(pattern(1024), read.data());
    }

    @Test
    void shouldCountTheBytesItWroteToTheChain() {
        assertEquals(1025, guest.read(0, 1024).usedLength());
        assertEquals(1, guest.write(0, pattern(512)).usedLength());
        assertEquals(1, guest.run(BlockGuest.FLUSH, 0, NOTHING, 0).usedLength());
        assertEquals(21, guest.run(BlockGuest.GET_ID, 0, NOTHING, 20).usedLength());
    }

    @Test
    void shouldReadTheLastSectorAndNotTheNext() {
        assertEquals(BlockStatus.OK, guest.read(SECTORS - 1, 512).status());
        assertEquals(BlockStatus.IO_ERROR, guest.read(SECTORS - 1, 1024).status());
        assertEquals(BlockStatus.IO_ERROR, guest.read(SECTORS, 512).status());
        assertEquals(2, guest.counter("out_of_range"));
    }

    @Test
    void shouldRefuseASectorWhoseOffsetOverflows() {
        assertEquals(BlockStatus.IO_ERROR, guest.read(Long.MAX_VALUE / 512 + 1, 512).status());
        assertEquals(BlockStatus.IO_ERROR, guest.read(Long.MAX_VALUE / 512, 1024).status());
        assertEquals(BlockStatus.IO_ERROR, guest.write(-1, pattern(512)).status());
        assertEquals(0, disk.asked().size());
    }

    @Test
    void shouldRefuseDataThatIsNoWholeSector() {
        assertEquals(BlockStatus.IO_ERROR, guest.read(0, 511).status());
        assertEquals(BlockStatus.IO_ERROR, guest.read(0, 1).status());
        assertEquals(BlockStatus.IO_ERROR, guest.write(0, pattern(513)).status());
    }

    @Test
    void shouldEndARequestWithoutDataWell() {
        assertEquals(BlockStatus.OK, guest.read(5, 0).status());
        assertEquals(BlockStatus.OK, guest.write(5, NOTHING).status());
        assertEquals(0, disk.asked().size());
    }

    @Test
    void shouldFlush() {
        assertEquals(BlockStatus.OK, guest.run(BlockGuest.FLUSH, 9, NOTHING, 0).status());
        assertEquals(List.of(BlockRequestKind.FLUSH), disk.asked());
    }

    @Test
    void shouldTellTheSerial() {
        Result result = guest.run(BlockGuest.GET_ID, 0, NOTHING, 20);
        assertEquals(BlockStatus.OK, result.status());
        assertArrayEquals(
                Arrays.copyOf("memory-disk".getBytes(StandardCharsets.US_ASCII), 20),
                result.data());
    }

    @Test
    void shouldCutTheSerialForAGuestWithLittleRoom() {
        Result result = guest.run(BlockGuest.GET_ID, 0, NOTHING, 6);
        assertEquals(BlockStatus.OK, result.status());
        assertArrayEquals("memory".getBytes(StandardCharsets.US_ASCII), result.data());
        assertEquals(7, result.usedLength());
    }

    @Test
    void shouldNotKnowOtherTypes() {
        assertEquals(BlockStatus.UNSUPPORTED, guest.run(UNKNOWN_TYPE, 0, NOTHING, 0).status());
        assertEquals(1, guest.counter("unsupported"));
    }

    @Test
    void shouldIgnoreTheBarrierBitOfLegacyDrivers() {
        guest.run(BlockGuest.WRITE | 0x80000000, 1, pattern(512), 0);
        assertArrayEquals(pattern(512), guest.read(1, 512).data());
    }

    @Test
    void shouldDiscard() {
        assertEquals(BlockStatus.OK, guest.range(BlockGuest.DISCARD, 8, 16, 0).status());
        assertEquals(List.of(BlockRequestKind.DISCARD), disk.asked());
    }

    @Test
    void shouldWriteZeroes() {
        guest.write(0, pattern(1024));
        assertEquals(BlockStatus.OK, guest.range(BlockGuest.WRITE_ZEROES, 1, 1, 0).status());
        assertFalse(disk.wasUnmapAllowed());
        byte[] expected = pattern(1024);
        Arrays.fill(expected, 512, 1024, (byte) 0);
        assertArrayEquals(expected, guest.read(0, 1024).data());
    }

    @Test
    void shouldPassOnThatZeroesMayBeUnmapped() {
        assertEquals(BlockStatus.OK, guest.range(BlockGuest.WRITE_ZEROES, 1, 1, 1).status());
        assertTrue(disk.wasUnmapAllowed());
    }

    @Test
    void shouldRefuseFlagsOfRanges() {
        int unsupported = BlockStatus.UNSUPPORTED;
        assertEquals(unsupported, guest.range(BlockGuest.DISCARD, 0, 1, 1).status());
        assertEquals(unsupported, guest.range(BlockGuest.DISCARD, 0, 1, 2).status());
        assertEquals(unsupported, guest.range(BlockGuest.WRITE_ZEROES, 0, 1, 2).status());
    }

    @Test
    void shouldRefuseRangesOutsideTheDisk() {
        int error = BlockStatus.IO_ERROR;
        assertEquals(error, guest.range(BlockGuest.DISCARD, SECTORS - 1, 2, 0).status());
        assertEquals(error, guest.range(BlockGuest.DISCARD, -1, 2, 0).status());
        assertEquals(error, guest.range(BlockGuest.WRITE_ZEROES, 0, -1, 0).status());
        assertEquals(BlockStatus.OK, guest.range(BlockGuest.DISCARD, SECTORS, 0, 0).status());
    }

    @Test
    void shouldTakeExactlyOneRange() {
        byte[] two = Arrays.copyOf(BlockGuest.rangeBytes(0, 1, 0), 32);
        byte[] less = Arrays.copyOf(BlockGuest.rangeBytes(0, 1, 0), 15);
        int unsupported = BlockStatus.UNSUPPORTED;
        assertEquals(unsupported, guest.run(BlockGuest.DISCARD, 0, two, 0).status());
        assertEquals(BlockStatus.IO_ERROR, guest.run(BlockGuest.DISCARD, 0, less, 0).status());
        assertEquals(
                BlockStatus.IO_ERROR, guest.run(BlockGuest.WRITE_ZEROES, 0, NOTHING, 0).status());
    }

    @Test
    void shouldRefuseToChangeAReadOnlyDisk() {
        disk.change(new DiskProperties(4096, 512, 512, 0, true, true, true, "ro"));
        assertEquals(BlockStatus.IO_ERROR, guest.write(0, pattern(512)).status());
        assertEquals(BlockStatus.IO_ERROR, guest.range(BlockGuest.DISCARD, 0, 1, 0).status());
        assertEquals(BlockStatus.IO_ERROR, guest.range(BlockGuest.WRITE_ZEROES, 0, 1, 0).status());
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
        assertEquals(3, guest.counter("read_only"));
    }

    @Test
    void shouldNotDiscardWhereTheDiskCannot() {
        disk.change(new DiskProperties(4096, 512, 512, 0, false, true, false, "plain"));
        assertEquals(BlockStatus.UNSUPPORTED, guest.range(BlockGuest.DISCARD, 0, 1, 0).status());
        assertEquals(BlockStatus.OK, guest.range(BlockGuest.WRITE_ZEROES, 0, 1, 0).status());
    }

    @Test
    void shouldAskForWholeBlocksOfTheDisk() {
        disk.change(new DiskProperties(1 << 20, 4096, 4096, 0, false, true, true, "4k"));
        assertEquals(BlockStatus.IO_ERROR, guest.read(1, 4096).status());
        assertEquals(BlockStatus.IO_ERROR, guest.read(0, 512).status());
        assertEquals(BlockStatus.OK, guest.read(8, 4096).status());
    }

    @Test
    void shouldTellWhyTheDiskFailed() {
        disk.failNext(IoStatus.IO_ERROR);
        Result failed = guest.read(0, 512);
        assertEquals(BlockStatus.IO_ERROR, failed.status());
        assertEquals(1, failed.usedLength());
        disk.failNext(IoStatus.NO_SPACE);
        assertEquals(BlockStatus.IO_ERROR, guest.write(0, pattern(512)).status());
        disk.failNext(IoStatus.UNSUPPORTED);
        assertEquals(BlockStatus.UNSUPPORTED, guest.run(4, 0, NOTHING, 0).status());
        assertEquals(1, guest.counter("no_space"));
    }

    @Test
    void shouldUnderstandAHeaderInPieces() {
        long header = guest.ram().allocate(16, 1);
        guest.ram().at(header, 16).putInt(0, BlockGuest.READ);
        guest.ram().at(header, 16).putLong(8, 2);
        disk.content().putInt(1024, 0x1234);
        long data = guest.ram().allocate(513, 1);
        guest.driver()
                .offer(
                        List.of(
                                new Buffer(header, 3, false),
                                new Buffer(header + 3, 10, false),
                                new Buffer(header + 13, 3, false),
                                new Buffer(data, 100, true),
                                new Buffer(data + 100, 413, true)));
        guest.device().doWork();
        assertEquals(513, guest.takeUsed().length());
        assertEquals(0x1234, guest.ram().at(data, 4).getInt(0));
        assertEquals(BlockStatus.OK, guest.ram().at(data + 512, 1).getByte(0));
    }

    @Test
    void shouldUnderstandAHeaderThatSharesItsDescriptorWithData() {
        long out = guest.ram().allocate(16 + 512, 1);
        guest.ram().at(out, 16).putInt(0, BlockGuest.WRITE);
        guest.ram().at(out, 16).putLong(8, 1);
        guest.ram().at(out + 16, 512).putBytes(0, pattern(512), 0, 512);
        long status = guest.ram().allocate(1, 1);
        guest.driver().offer(List.of(new Buffer(out, 528, false), new Buffer(status, 1, true)));
        guest.device().doWork();
        assertArrayEquals(pattern(512), guest.read(1, 512).data());
    }

    @Test
    void shouldGiveBackAChainWithoutAStatusByte() {
        long header = guest.ram().allocate(16, 1);
        int head = guest.driver().offer(List.of(new Buffer(header, 16, false)));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.takeUsed());
        assertEquals(1, guest.counter("no_status_byte"));
        assertEquals(BlockStatus.OK, guest.read(0, 512).status());
    }

    @Test
    void shouldFailARequestWithAShortHeader() {
        long header = guest.ram().allocate(15, 1);
        long status = guest.ram().allocate(1, 1);
        guest.driver().offer(List.of(new Buffer(header, 15, false), new Buffer(status, 1, true)));
        guest.device().doWork();
        assertEquals(1, guest.takeUsed().length());
        assertEquals(BlockStatus.IO_ERROR, guest.ram().at(status, 1).getByte(0));
        assertEquals(1, guest.counter("short_header"));
    }

    @Test
    void shouldCutATransferThatIsLongerThanOneRequestMayBe() {
        int length = DiskProperties.TRANSFER_MAX + 4096;
        try (MemoryDisk big = MemoryDisk.ofCapacity(16 << 20);
                BlockGuest bigGuest = BlockGuest.start(big)) {
            byte[] data = pattern(length);
            Pending pending = bigGuest.offer(BlockGuest.WRITE, 7, data, 0, 5, true);
            bigGuest.device().doWork();
            assertEquals(new Used(pending.headIndex(), 1), bigGuest.takeUsed());
            assertEquals(List.of(BlockRequestKind.WRITE, BlockRequestKind.WRITE), big.asked());
            bigGuest.freeData();
            assertArrayEquals(data, bigGuest.read(7, length).data());
        }
    }

    @Test
    void shouldStopATransferAtTheFirstPartThatFails() {
        try (MemoryDisk big = MemoryDisk.ofCapacity(16 << 20);
                BlockGuest bigGuest = BlockGuest.start(big)) {
            big.failNext(IoStatus.IO_ERROR);
            Result result = bigGuest.read(0, DiskProperties.TRANSFER_MAX + 512);
            assertEquals(BlockStatus.IO_ERROR, result.status());
            assertEquals(1, big.asked().size());
        }
    }
}
