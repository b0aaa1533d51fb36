// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceAddressTest {
    private static final long GUEST = 0x5254_0000_0001L;
    private static final long OTHER = 0x5254_0000_0002L;
    private static final long GROUP = 0x0100_5E00_0001L;
    private static final NicOptions FIXED = new NicOptions(GUEST, 0, false);
    private static final NicOptions SPOOF = new NicOptions(0, 0, true);

    private final NativeBuffer memory = new NativeBuffer(64);

    @AfterEach
    void close() {
        memory.close();
    }

    private NetFrame from(long mac) {
        memory.slice().putShortBigEndian(6, (int) (mac >> 32));
        memory.slice().putIntBigEndian(8, (int) mac);
        NetFrame frame = new NetFrame().begin(0);
        // In pieces, as a guest may have them.
        frame.data().add(memory.slice(), 0, 7);
        frame.data().add(memory.slice(), 7, 57);
        return frame;
    }

    @Test
    void shouldAdmitOnlyTheChosenAddress() {
        try (SourceAddress source = new SourceAddress(FIXED, mac -> true)) {
            assertTrue(source.admits(from(GUEST)));
            assertFalse(source.admits(from(OTHER)));
        }
    }

    @Test
    void shouldBindToTheFirstAddress() {
        try (SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true)) {
            assertTrue(source.admits(from(GUEST)));
            assertFalse(source.admits(from(OTHER)));
            assertEquals(GUEST, source.mac());
        }
    }

    @Test
    void shouldBindAnewForAnotherGuest() {
        try (SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true)) {
            source.admits(from(GUEST));
            source.forget();
            assertTrue(source.admits(from(OTHER)));
            assertEquals(OTHER, source.mac());
        }
    }

    @Test
    void shouldNotBindToTheAddressOfAGroup() {
        try (SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true)) {
            assertFalse(source.admits(from(GROUP)));
            assertFalse(source.admits(from(0)));
            assertEquals(0, source.mac());
        }
    }

    @Test
    void shouldNotBindToAnAddressThatIsTaken() {
        try (SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> mac != GUEST)) {
            assertFalse(source.admits(from(GUEST)));
            assertTrue(source.admits(from(OTHER)));
        }
    }

    @Test
    void shouldAdmitEveryAddressWhereAllowed() {
        try (SourceAddress source = new SourceAddress(SPOOF, mac -> true)) {
            assertTrue(source.admits(from(GUEST)));
            assertTrue(source.admits(from(OTHER)));
            assertEquals(GUEST, source.mac());
        }
    }
}
