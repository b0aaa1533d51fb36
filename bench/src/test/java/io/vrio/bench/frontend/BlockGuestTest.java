// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.bench.verify.DataVerifier;
import io.vrio.bench.verify.DiskModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The frontend against a backend that is not ours: what QEMU's own accepts is right. */
@Tag("linux")
final class BlockGuestTest {
    private static final int WCE_OFFSET = 32;
    private static final int DISK_LENGTH = StorageDaemon.DISK_LENGTH;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private StorageDaemon daemon;
    private Path socket;

    @BeforeEach
    void startDaemon(@TempDir Path folder) throws IOException {
        daemon = StorageDaemon.start(folder);
        socket = daemon.socket();
    }

    @AfterEach
    void stopDaemon() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @Test
    void shouldReadTheCapacity() {
        try (BlockGuest guest = BlockGuest.connect(socket, GuestOptions.DEFAULT)) {
            assertEquals(DISK_LENGTH / 512, guest.capacitySectors());
        }
    }

    @Test
    void shouldWriteAndReadBackOnTwoQueues() {
        GuestOptions options = GuestOptions.DEFAULT.withQueues(2, 128).withSlots(4, 192 << 10);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
            assertEquals(0, writeAndReadBack(guest.queue(1)));
        }
    }

    @Test
    void shouldWorkWithoutIndirectDescriptorsAndEventIndex() {
        GuestOptions options =
                GuestOptions.DEFAULT
                        .withSlots(4, 192 << 10)
                        .withoutFeatures(VirtioBlock.F_INDIRECT_DESC | VirtioBlock.F_EVENT_IDX);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
        }
    }

    @Test
    void shouldWorkWithAMemoryTable() {
        GuestOptions options =
                GuestOptions.DEFAULT
                        .withSlots(4, 192 << 10)
                        .withoutProtocolFeatures(VhostUserProtocol.CONFIGURE_MEM_SLOTS);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
        }
    }

    @Test
    void shouldReconnect() {
        BlockGuest.connect(socket, GuestOptions.DEFAULT).close();
        BlockGuest.connect(socket, GuestOptions.DEFAULT).release();
        GuestOptions options = GuestOptions.DEFAULT.withSlots(4, 192 << 10);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
        }
    }

    @Test
    void shouldGoOnAfterAPause() {
        GuestOptions options = GuestOptions.DEFAULT.withSlots(4, 192 << 10);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
            guest.stop();
            guest.resume();
            assertEquals(0, writeAndReadBack(guest.queue(0)));
        }
    }

    @Test
    void shouldGoOnAfterAReconnection() {
        GuestOptions options = GuestOptions.DEFAULT.withSlots(4, 192 << 10);
        try (BlockGuest guest = BlockGuest.connect(socket, options)) {
            assertEquals(0, writeAndReadBack(guest.queue(0)));
            guest.reconnect(socket);
            assertEquals(0, writeAndReadBack(guest.queue(0)));
        }
    }

    @Test
    void shouldSwitchTheWriteCache() {
        try (BlockGuest guest = BlockGuest.connect(socket, GuestOptions.DEFAULT)) {
            guest.frontend().setConfig(WCE_OFFSET, new byte[] {0});
            assertEquals(0, guest.frontend().config(57).get(WCE_OFFSET));
            guest.frontend().setConfig(WCE_OFFSET, new byte[] {1});
            assertEquals(1, guest.frontend().config(57).get(WCE_OFFSET));
        }
    }

    @Test
    void shouldSeeThatTheBackendHasGone() {
        BlockGuest guest = BlockGuest.connect(socket, GuestOptions.DEFAULT);
        daemon.close();
        assertThrows(RuntimeException.class, () -> guest.frontend().features());
        guest.release();
    }

    @Test
    void shouldFlushDiscardAndAskForTheSerial() {
        try (BlockGuest guest = BlockGuest.connect(socket, GuestOptions.DEFAULT)) {
            BlockQueue queue = guest.queue(0);
            assertEquals(
                    VirtioBlock.STATUS_OK, queue.execute(0, VirtioBlock.FLUSH, 0, 0, TIMEOUT_NS));
            queue.written(0).segment(0).putLong(0, 8);
            queue.written(0).segment(0).putLong(8, 8);
            assertEquals(
                    VirtioBlock.STATUS_OK,
                    queue.execute(
                            0, VirtioBlock.DISCARD, 0, VirtioBlock.DISCARD_LENGTH, TIMEOUT_NS));
            assertEquals(
                    VirtioBlock.STATUS_OK,
                    queue.execute(0, VirtioBlock.GET_ID, 0, VirtioBlock.ID_LENGTH, TIMEOUT_NS));
            byte[] id = new byte[14];
            queue.read(0).segment(0).getBytes(0, id, 0, id.length);
            assertEquals("vhost_user_blk", new String(id, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void shouldSeeTheErrorOfAReadBehindTheEnd() {
        try (BlockGuest guest = BlockGuest.connect(socket, GuestOptions.DEFAULT)) {
            int status =
                    guest.queue(0)
                            .execute(0, VirtioBlock.READ, DISK_LENGTH / 512, 4096, TIMEOUT_NS);
            assertEquals(VirtioBlock.STATUS_IO_ERROR, status);
        }
    }

    /** Three segments, the last one short; returns the number of bad sectors. */
    private static long writeAndReadBack(BlockQueue queue) {
        int length = 136 << 10;
        DiskModel model = new DiskModel(DISK_LENGTH / DiskModel.BLOCK_LENGTH);
        DataVerifier verifier = new DataVerifier(queue, model, 192 << 10, 1, 7);
        verifier.beginWrite(3, 64, length);
        int status = queue.execute(3, VirtioBlock.WRITE, 64, length, TIMEOUT_NS);
        verifier.endWrite(64, length, status == VirtioBlock.STATUS_OK);
        verifier.beginRead(2, 64, length);
        queue.execute(2, VirtioBlock.READ, 64, length, TIMEOUT_NS);
        verifier.endRead(2, 64, length);
        assertEquals(length / 512, verifier.verifiedSectorCount());
        return verifier.failureCount();
    }
}
