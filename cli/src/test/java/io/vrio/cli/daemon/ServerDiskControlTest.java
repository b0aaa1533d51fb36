// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vrio.server.worker.MoveOutcome;
import org.junit.jupiter.api.Test;

/** An operator hears why a disk is not where it was to go. */
final class ServerDiskControlTest {
    @Test
    void shouldHaveNoProblemWithADiskThatHasMoved() {
        assertNull(ServerDiskControl.problem(MoveOutcome.MOVED, 1));
    }

    @Test
    void shouldSayThatRequestsAreNotAnswered() {
        assertEquals(
                "stays where it is: its requests are not answered; see vrio peer show",
                ServerDiskControl.problem(MoveOutcome.UNANSWERED, 1));
    }

    @Test
    void shouldSayThatTheWorkerHasNoRoom() {
        assertEquals(
                "stays where it is: worker 1 has no room for it; choose another",
                ServerDiskControl.problem(MoveOutcome.WORKER_FULL, 1));
    }

    @Test
    void shouldSayThatTheWorkerHasEnded() {
        assertEquals(
                "stays where it is: worker 1 has ended",
                ServerDiskControl.problem(MoveOutcome.WORKER_ENDED, 1));
    }

    @Test
    void shouldSayThatTheDiskHasEnded() {
        assertEquals(
                "has ended, and its guest waits: the server's log tells why; delete it, and create"
                        + " it again",
                ServerDiskControl.problem(MoveOutcome.DEVICE_ENDED, 1));
    }
}
