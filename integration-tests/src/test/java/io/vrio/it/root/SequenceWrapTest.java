// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.BlockQueue;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.bench.frontend.VirtioBlock;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One association carries more bytes in one direction than sequence numbers can tell apart, through
 * a firewall that follows them.
 */
@Tag("root")
@Timeout(180)
final class SequenceWrapTest {
    private static final int LENGTH = 1 << 20;
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(8, LENGTH);
    private static final long REQUEST_NS = TimeUnit.SECONDS.toNanos(30);

    /** Wherever it began, the sequence has passed 2^32. */
    private static final int REQUESTS = (int) ((1L << 32) / LENGTH);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        RoutedDaemons.checkMachine();
    }

    /** Of reads the IOhyp sends the bytes, of writes the server. */
    @ParameterizedTest
    @ValueSource(ints = {VirtioBlock.READ, VirtioBlock.WRITE})
    void shouldSendNothingInvalidWhenSequenceNumbersBeginAnew(int type) throws Exception {
        try (RoutedDaemons routed = RoutedDaemons.fast(folder)) {
            routed.router().withStrictFirewall();
            try (VerifiedLoad load = routed.start()) {
                load.awaitProgress(100).finish();
            }
            try (BlockGuest guest = BlockGuest.connect(routed.daemons().socket("a"), OPTIONS)) {
                execute(guest.queue(0), type, REQUESTS);
            }
            try (VerifiedLoad load = routed.load()) {
                load.awaitProgress(300).finish();
            }
            assertEquals(1, routed.associations(), routed.daemons()::allLogs);
            assertEquals(0, routed.router().invalid(), routed.router()::rules);
        }
    }

    /** All slots are kept busy. */
    private static void execute(BlockQueue queue, int type, int count) {
        for (int slot = 0; slot < queue.slotCount(); slot++) {
            submit(queue, slot, type);
        }
        for (int begun = queue.slotCount(); begun < count; begun++) {
            submit(queue, awaitOne(queue), type);
        }
        while (queue.inFlight() > 0) {
            awaitOne(queue);
        }
    }

    private static void submit(BlockQueue queue, int slot, int type) {
        queue.submit(slot, type, (long) slot * LENGTH / 512, LENGTH);
        queue.kickIfNeeded();
    }

    private static int awaitOne(BlockQueue queue) {
        int slot = queue.takeEnded();
        while (slot < 0) {
            queue.awaitEnded(REQUEST_NS);
            slot = queue.takeEnded();
        }
        assertEquals(VirtioBlock.STATUS_OK, queue.status(slot));
        return slot;
    }
}
