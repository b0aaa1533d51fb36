// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacAddressTest {
    @Test
    void shouldReadAndWriteTheFirstByteAtTheTop() {
        assertEquals(0x5254_0012_34ABL, MacAddress.parse("52:54:00:12:34:Ab"));
        assertEquals("52:54:00:12:34:ab", MacAddress.format(0x5254_0012_34ABL));
        assertEquals("00:00:00:00:00:01", MacAddress.format(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "52:54:00:12:34",
                "52:54:00:12:34:ab:cd",
                "52-54-00-12-34-ab",
                "5254001234ab",
                "52:54:00:12:34:ag",
                "52:54:00:12:34:-b",
                " 52:54:00:12:34:ab",
                "52:54:00:12:34:ab\n"
            })
    void shouldRefuseWhatIsNone(String text) {
        assertEquals(-1, MacAddress.parse(text));
    }

    @Test
    void shouldTellStationsFromGroups() {
        assertTrue(MacAddress.isStation(0x5254_0000_0001L));
        assertFalse(MacAddress.isStation(0x0100_5E00_0001L));
        assertFalse(MacAddress.isStation(MacAddress.BROADCAST));
        assertFalse(MacAddress.isStation(0));
    }
}
