// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Ipv4AddressTest {
    @Test
    void shouldReadAndWriteAnAddress() {
        assertEquals(0xC0A8_01FE, Ipv4Address.parse("192.168.1.254"));
        assertEquals("192.168.1.254", Ipv4Address.format(0xC0A8_01FE));
        assertEquals("10.0.0.1:7000", new Endpoint(0, 0x0A00_0001, 7000).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "10.0.0", "10.0.0.1.2", "10.0.0.256", "10.0.0.01", "host", "1.2.3."})
    void shouldRefuseWhatIsNoAddress(String text) {
        Exception failure =
                assertThrows(IllegalArgumentException.class, () -> Ipv4Address.parse(text));
        assertEquals(
                "'" + text + "' is not an IPv4 address like 192.168.1.10", failure.getMessage());
    }
}
