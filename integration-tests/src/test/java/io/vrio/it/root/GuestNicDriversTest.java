// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.it.qemu.NicOptions;
import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One guest after the other on one remote NIC, each with other abilities, over networks that carry
 * what wires carry: cut frames with checksums.
 */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class GuestNicDriversTest {
    @TempDir static Path folder;
    private static NetworkedGuest guest;

    @BeforeAll
    static void open() throws Exception {
        guest = NetworkedGuest.prepare(folder, 1500);
        guest.setWireOffloads("off");
        guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE);
    }

    @AfterAll
    static void close() {
        if (guest != null) {
            guest.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "disable-legacy=on,mrg_rxbuf=off",
                NicOptions.NO_OFFLOADS + ",disable-modern=on",
            })
    void shouldCarryDataUnchanged(String options) throws Exception {
        try (RunningGuest running = guest.boot("--nic-option", options)) {
            guest.assertFetches(4 << 20);
            guest.assertSends(4 << 20);
            running.powerOff();
        }
    }
}
