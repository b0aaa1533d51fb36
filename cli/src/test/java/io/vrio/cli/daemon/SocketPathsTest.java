// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vrio.cli.control.ControlException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Devices of all kinds have sockets of their own. */
class SocketPathsTest {
    private final SocketPaths paths = new SocketPaths();

    @Test
    void shouldNameBothThatWouldShareASocket() throws Exception {
        paths.claim(Path.of("/run/vrio/vm1.sock"), "disk vm1");

        assertEquals(
                "NIC vm1 would share socket /run/vrio/vm1.sock with disk vm1:"
                        + " name another SOCKET for one of them",
                refusal("/run/vrio/vm1.sock", "NIC vm1"));
    }

    @Test
    void shouldSeeThroughOtherSpellings() throws Exception {
        paths.claim(Path.of("/run/vrio/vm1.sock"), "disk vm1");

        assertEquals(
                "disk b would share socket /run/./vrio/../vrio/vm1.sock with disk vm1:"
                        + " name another SOCKET for one of them",
                refusal("/run/./vrio/../vrio/vm1.sock", "disk b"));
    }

    @Test
    void shouldGiveAPathToTheNextOne() throws Exception {
        paths.claim(Path.of("/run/a"), "disk a");
        paths.release(Path.of("/run/a"));

        assertDoesNotThrow(() -> paths.claim(Path.of("/run/a"), "NIC a"));
    }

    private String refusal(String path, String owner) {
        return assertThrows(ControlException.class, () -> paths.claim(Path.of(path), owner))
                .getMessage();
    }
}
