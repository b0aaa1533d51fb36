// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.GET_QUEUE_NUM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.Linux;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.session.FakeFrontend;
import io.vrio.server.session.OpenDescriptors;
import io.vrio.server.worker.DeviceStatus;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** One attack on a device whose worker serves a neighbour as well; made before it begins. */
final class Attack {
    /** Limit: less than a test may take; then the assertions tell what is wrong. */
    private static final long AWAIT_NS = TimeUnit.SECONDS.toNanos(20);

    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Supplier<DeviceStatus> attacked;
    private final Supplier<DeviceStatus> neighbour;
    private final long descriptorsBefore = OpenDescriptors.count();

    Attack(Supplier<DeviceStatus> attacked, Supplier<DeviceStatus> neighbour) {
        this.attacked = attacked;
        this.neighbour = neighbour;
    }

    /** Does it, and waits until the server has seen it. */
    void carryOut(FakeFrontend frontend, Runnable deed) {
        try {
            deed.run();
            // Its answer, or the end: the server has seen all that was sent before.
            frontend.getNumber(GET_QUEUE_NUM);
        } catch (ErrnoException | IllegalStateException e) {
            // The connection was closed, or the answer is one to the attack: both are fine here.
            assertFalse(isTimeout(e), "the server does not answer");
            assertTrue(neighbour.get().frontend().isPresent());
        }
    }

    private static boolean isTimeout(RuntimeException e) {
        return e instanceof ErrnoException failure && failure.errno() == Linux.EAGAIN;
    }

    /** Sends less than a message: whatever time passes, the server waits for the rest. */
    void leaveOff(FakeFrontend frontend, Runnable deed) {
        await(() -> attacked.get().frontend().isPresent());
        deed.run();
        assertTrue(neighbour.get().frontend().isPresent());
        assertTrue(attacked.get().frontend().isPresent());
        assertFalse(frontend.canReceive());
    }

    /** After the attacker has left: no descriptor, mapping or fault tells of it. */
    void assertNothingLeft(GuestRam memory) {
        await(() -> attacked.get().frontend().isEmpty());
        await(() -> OpenDescriptors.count() == descriptorsBefore);
        assertEquals(descriptorsBefore, OpenDescriptors.count());
        assertEquals(0, memory.serverMappings());
        assertEquals(0, attacked.get().faults());
    }

    private static void await(BooleanSupplier condition) {
        long endNs = System.nanoTime() + AWAIT_NS;
        while (!condition.getAsBoolean() && System.nanoTime() - endNs < 0) {
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
