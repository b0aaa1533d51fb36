// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.conformance;

import static io.vrio.server.protocol.VhostUserRequest.GET_QUEUE_NUM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.sys.ErrnoException;
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
    private static final long ANSWER_NS = TimeUnit.MILLISECONDS.toNanos(300);

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
            // There is no answer to half a message.
            frontend.giveUpAfter(ANSWER_NS);
            deed.run();
            // Its answer, or the end: the server has seen all that was sent before.
            frontend.getNumber(GET_QUEUE_NUM);
        } catch (ErrnoException | IllegalStateException e) {
            // The connection was closed, or the answer is one to the attack: both are fine here.
            assertTrue(neighbour.get().frontend().isPresent());
        }
    }

    /** After the attacker has left: no descriptor, mapping or fault tells of it. */
    void assertNothingLeft(GuestRam memory) {
        await(() -> attacked.get().frontend().isEmpty());
        await(() -> OpenDescriptors.count() == descriptorsBefore);
        assertEquals(descriptorsBefore, OpenDescriptors.count());
        assertEquals(0, memory.serverMappings());
        assertEquals(0, attacked.get().faults());
    }

    /** Limit: five seconds; then the assertions tell what is wrong. */
    private static void await(BooleanSupplier condition) {
        for (int i = 0; i < 25_000 && !condition.getAsBoolean(); i++) {
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
        }
    }
}
