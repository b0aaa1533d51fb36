// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "fd00::1, fd00::1",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "FE80:0:0:0:A:0:0:1, fe80::a:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "::ffff:10.0.0.1, 10.0.0.1",
        "64:ff9b::10.0.0.1, 64:ff9b::a00:1",
    })
    void shouldReadAndWriteAnAddress(String text, String written) {
        assertEquals(written, IpAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":",
                "1",
                "fd00:1",
                "1::2::3",
                "1:2:3:4:5:6:7:8:9",
                "12345::",
                "fd00::g",
                "fe80::1%eth0",
                "[fd00::1]",
                "host",
                "fd00::1/64",
                "::1.2.3",
                "fd00::1 "
            })
    void shouldRefuseWhatIsNoAddress(String text) {
        Exception failure =
                assertThrows(IllegalArgumentException.class, () -> IpAddress.parse(text));
        assertTrue(failure.getMessage().contains("is not an IPv"), failure.getMessage());
    }

    @Test
    void shouldTellTheVersion() {
        assertEquals(IpVersion.V4, IpAddress.parse("255.255.255.255").version());
        assertEquals(IpVersion.V4, IpAddress.ipv4(0).version());
        assertEquals(IpVersion.V6, IpAddress.parse("::fffe:10.0.0.1").version());
        assertEquals(IpVersion.V6, IpAddress.parse("1::ffff:10.0.0.1").version());
    }

    @Test
    void shouldGiveBytesAndTakeThemBack() {
        byte[] four = {10, 0, 0, (byte) 200};
        assertArrayEquals(four, IpAddress.parse("10.0.0.200").bytes());
        assertEquals(IpAddress.parse("10.0.0.200"), IpAddress.of(four));
        byte[] sixteen = {(byte) 0xFD, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2};
        assertArrayEquals(sixteen, IpAddress.parse("fd00:0:0:1::2").bytes());
        assertEquals(IpAddress.parse("fd00:0:0:1::2"), IpAddress.of(sixteen));
    }

    @Test
    void shouldKnowWhatIsLinkLocal() {
        assertTrue(IpAddress.parse("fe80::1").isLinkLocal());
        assertTrue(IpAddress.parse("febf:ffff::1").isLinkLocal());
        assertFalse(IpAddress.parse("fec0::1").isLinkLocal());
        assertFalse(IpAddress.parse("fd00::fe80:1").isLinkLocal());
        assertFalse(IpAddress.parse("169.254.0.1").isLinkLocal());
    }

    @Test
    void shouldWriteAnEndSoThatThePortStandsApart() {
        assertEquals("10.0.0.1:7000", new Endpoint(0, 0x0A00_0001, 7000).toString());
        assertEquals(
                "[fd00::1]:7000", new Endpoint(0, IpAddress.parse("fd00::1"), 7000).toString());
    }
}
