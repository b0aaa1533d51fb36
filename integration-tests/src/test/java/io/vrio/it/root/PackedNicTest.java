// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.it.qemu.NicOptions;
import io.vrio.it.qemu.RunningGuest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A stock guest whose NIC of two queue pairs has packed rings. QEMU does not know where such rings
 * go on when the connection to the server has ended.
 */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class PackedNicTest {
    @TempDir static Path folder;
    private static NetworkedGuest guest;
    private static RunningGuest running;

    @BeforeAll
    static void open() throws Exception {
        guest = NetworkedGuest.prepare(folder, 1500);
        guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE);
        running = guest.boot("--queues", "2", "--nic-option", "packed=on");
        guest.awaitServerLog("format=PACKED");
    }

    @AfterAll
    static void close() {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    void shouldCarryDataUnchanged() throws Exception {
        guest.assertFetches(8 << 20);
        guest.assertSends(4 << 20);
    }

    @Test
    void shouldGoOnAfterTheServerWasKilled() throws Exception {
        guest.assertFetches(1 << 20);

        guest.restartServer();

        running.run(NicOptions.until("ping -q -c 1 -W 1 " + Lan.ADDRESS));
        guest.assertFetches(1 << 20);
    }

    /** The server hangs up meanwhile. */
    @Test
    void shouldGoOnAfterTheCableWasPulled() throws Exception {
        guest.assertFetches(1 << 20);

        guest.atIohyp("nic", "set-link", "vm1", "down");
        running.run(NicOptions.until("grep -q 0 /sys/class/net/eth0/carrier"));
        guest.atIohyp("nic", "set-link", "vm1", "up");

        running.run(NicOptions.until("ping -q -c 1 -W 1 " + Lan.ADDRESS));
        guest.assertFetches(1 << 20);
    }
}
