// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FrameBufferPoolTest {
    private final FrameBufferPool pool = new FrameBufferPool(16);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void shouldGiveNoMoreThanThereAre() {
        for (int i = 0; i < 16; i++) {
            assertNotNull(pool.take());
        }
        assertNull(pool.take());
        assertEquals(0, pool.available());
    }

    @Test
    void shouldGiveAgainWhatTheLastHolderLetGo() {
        FrameBuffer buffer = pool.take();
        buffer.hold();
        buffer.release();
        assertEquals(15, pool.available());
        buffer.release();
        assertEquals(16, pool.available());
        assertSame(buffer, pool.take());
    }

    @Test
    void shouldNoticeALetGoTooMany() {
        FrameBuffer buffer = pool.take();
        buffer.release();
        assertThrows(IllegalStateException.class, buffer::release);
    }

    @Test
    void shouldFreeWhatIsLetGoAfterTheEnd() {
        FrameBuffer buffer = pool.take();
        pool.close();
        buffer.slice().putByte(0, (byte) 1);
        buffer.release();
        assertEquals(15, pool.available());
    }

    @Test
    void shouldRefuseASizeThatCannotMakeProgress() {
        assertThrows(IllegalArgumentException.class, () -> new FrameBufferPool(15));
    }
}
