// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.DiskProperties;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.device.DeviceListener;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BlockConfigSpaceTest {
    private static final int WRITEBACK = 32;

    private final DiskProperties properties =
            new DiskProperties(0x12345 * 512L, 512, 4096, 65536, false, true, true, "disk");
    private final MemoryDisk disk = new MemoryDisk(4096, properties);
    private final NativeBuffer buffer = new NativeBuffer(256);
    private BlockDevice device;

    @BeforeEach
    void open() {
        device = new BlockDevice("test", disk, 64);
    }

    @AfterEach
    void close() {
        device.close();
        disk.close();
        buffer.close();
    }

    private String read(int offset, int length) {
        device.readConfig(offset, buffer.slice().slice(0, length));
        byte[] bytes = new byte[length];
        buffer.slice().getBytes(0, bytes, 0, length);
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void shouldHaveTheLayoutOfTheSpecification() {
        assertEquals(
                "4523010000000000" // capacity
                        + "00000000" // size_max
                        + "7e000000" // seg_max
                        + "00000000" // geometry
                        + "00020000" // blk_size
                        + "03000800" // physical_block_exp, alignment_offset, min_io_size
                        + "80000000" // opt_io_size
                        + "01004000" // writeback, unused, num_queues
                        + "00000800" // max_discard_sectors
                        + "01000000" // max_discard_seg
                        + "01000000" // discard_sector_alignment
                        + "00800000" // max_write_zeroes_sectors
                        + "01000000" // max_write_zeroes_seg
                        + "01000000", // write_zeroes_may_unmap, unused
                read(0, 60));
    }

    @Test
    void shouldReadAsZeroesBehindItsEnd() {
        buffer.slice().fill(0, 256, (byte) 0x55);
        assertEquals("01000000" + "00".repeat(20), read(56, 24));
        assertEquals("00".repeat(8), read(60, 8));
        assertEquals("00".repeat(8), read(Integer.MAX_VALUE, 8));
    }

    @Test
    void shouldTellANewCapacity() {
        int[] changes = new int[1];
        device.listen(
                new DeviceListener() {
                    @Override
                    public void onConfigChange() {
                        changes[0]++;
                    }

                    @Override
                    public void onQueueFault(int index, String reason) {}
                });
        disk.change(properties.withCapacity(512));
        assertEquals("0100000000000000", read(0, 8));
        assertEquals(1, changes[0]);
    }

    @Test
    void shouldLetTheDriverChooseTheCacheMode() {
        buffer.slice().putByte(200, (byte) 0);
        assertTrue(device.writeConfig(WRITEBACK, buffer.slice().slice(200, 1)));
        assertEquals("00", read(WRITEBACK, 1));
        device.reset();
        assertEquals("01", read(WRITEBACK, 1));
    }

    @Test
    void shouldLetTheDriverWriteNothingElse() {
        assertFalse(device.writeConfig(WRITEBACK, buffer.slice().slice(0, 2)));
        assertFalse(device.writeConfig(WRITEBACK + 1, buffer.slice().slice(0, 1)));
        assertFalse(device.writeConfig(WRITEBACK, buffer.slice().slice(0, 0)));
        assertFalse(device.writeConfig(0, buffer.slice().slice(0, 8)));
        assertFalse(device.writeConfig(-1, buffer.slice().slice(0, 1)));
    }

    @Test
    void shouldOfferWhatTheDiskCanDo() {
        long all = device.offeredFeatures();
        assertTrue(has(all, BlockFeatures.FLUSH | BlockFeatures.CONFIG_WCE));
        assertTrue(has(all, BlockFeatures.DISCARD | BlockFeatures.WRITE_ZEROES));
        assertTrue(has(all, BlockFeatures.MQ | BlockFeatures.SEG_MAX | BlockFeatures.BLK_SIZE));
        assertTrue(has(all, BlockFeatures.TOPOLOGY | RingFeatures.SPLIT));
        assertEquals(0, all & BlockFeatures.RO);
    }

    @Test
    void shouldNotOfferWhatTheDiskCannotDo() {
        disk.change(new DiskProperties(4096, 512, 512, 0, true, false, false, ""));
        long few = device.offeredFeatures();
        assertEquals(0, few & (BlockFeatures.FLUSH | BlockFeatures.CONFIG_WCE));
        assertEquals(0, few & BlockFeatures.DISCARD);
        assertTrue(has(few, BlockFeatures.RO));
        assertFalse(device.writeConfig(WRITEBACK, buffer.slice().slice(0, 1)));
    }

    @Test
    void shouldOfferEverythingWhileTheDiskIsNotKnown() {
        disk.change(new DiskProperties(0, 512, 512, 0, true, false, false, ""));
        long all = device.offeredFeatures();
        assertTrue(has(all, BlockFeatures.FLUSH | BlockFeatures.DISCARD));
        assertEquals(0, all & BlockFeatures.RO);
        assertEquals("0000000000000000", read(0, 8));
    }

    private static boolean has(long features, long wanted) {
        return (features & wanted) == wanted;
    }
}
