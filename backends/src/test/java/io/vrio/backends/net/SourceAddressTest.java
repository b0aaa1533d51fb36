// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SourceAddressTest {
    private static final long GUEST = 0x5254_0000_0001L;
    private static final long OTHER = 0x5254_0000_0002L;
    private static final long GROUP = 0x0100_5E00_0001L;
    private static final NicOptions FIXED = new NicOptions(GUEST, 0, false);
    private static final NicOptions SPOOF = new NicOptions(0, 0, true);

    @Test
    void shouldAdmitOnlyTheChosenAddress() {
        SourceAddress source = new SourceAddress(FIXED, mac -> true);
        assertTrue(source.admits(GUEST));
        assertFalse(source.admits(OTHER));
    }

    @Test
    void shouldBindToTheFirstAddress() {
        SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true);
        assertTrue(source.admits(GUEST));
        assertFalse(source.admits(OTHER));
        assertEquals(GUEST, source.mac());
    }

    @Test
    void shouldBindAnewForAnotherGuest() {
        SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true);
        source.admits(GUEST);
        source.forget();
        assertTrue(source.admits(OTHER));
        assertEquals(OTHER, source.mac());
    }

    @Test
    void shouldNotBindToTheAddressOfAGroup() {
        SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> true);
        assertFalse(source.admits(GROUP));
        assertFalse(source.admits(0));
        assertEquals(0, source.mac());
    }

    @Test
    void shouldNotBindToAnAddressThatIsTaken() {
        SourceAddress source = new SourceAddress(NicOptions.NONE, mac -> mac != GUEST);
        assertFalse(source.admits(GUEST));
        assertTrue(source.admits(OTHER));
    }

    @Test
    void shouldAdmitEveryAddressWhereAllowed() {
        SourceAddress source = new SourceAddress(SPOOF, mac -> true);
        assertTrue(source.admits(GUEST));
        assertTrue(source.admits(OTHER));
        assertEquals(GUEST, source.mac());
    }
}
