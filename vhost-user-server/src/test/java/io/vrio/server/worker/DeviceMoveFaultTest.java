// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.common.agent.Worker;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A device that a worker cannot take is sent back; one that a fault of the program hits on its way
 * ends. Others do not notice.
 */
@Timeout(60)
final class DeviceMoveFaultTest {
    @TempDir Path folder;

    private MovedDevice device;
    private Worker first;
    private Worker second;
    private MovedDisk disk;
    private Neighbour firstNeighbour;
    private Neighbour secondNeighbour;

    /** Another device of a worker. */
    private final class Neighbour implements AutoCloseable {
        private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
        private final DeviceSocket socket;
        private final FakeFrontend frontend;

        Neighbour(Worker worker, String name) {
            Path path = folder.resolve(name);
            BlockDevice device = new BlockDevice(name, disk, 1);
            socket = DeviceSocket.open(worker, name, device, path, MovedDevice.OPTIONS);
            frontend = new FakeFrontend(UnixSocket.connect(path), () -> {});
        }

        void assertServed() {
            assertEquals(1, frontend.getNumber(VhostUserRequest.GET_QUEUE_NUM));
            assertEquals(0, socket.status().faults());
        }

        @Override
        public void close() {
            socket.close();
            frontend.close();
            disk.close();
        }
    }

    @BeforeEach
    void start() {
        device = new MovedDevice(folder);
        first = device.first;
        second = device.second;
        disk = device.disk;
        firstNeighbour = new Neighbour(first, "first.sock");
        secondNeighbour = new Neighbour(second, "second.sock");
        device.guest.start();
    }

    @AfterEach
    void stop() {
        secondNeighbour.close();
        firstNeighbour.close();
        device.close();
    }

    private void assertGuestServed() {
        device.guest.offer(MovedGuest.SLOTS);
        device.guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, device.guest.ended());
        device.assertServed();
    }

    /** Its frontend and its log know, nobody can come, and the devices beside it go on. */
    private void assertEndedAlone(int faults) {
        MovedDevice.await(device.guest.frontend()::isClosedByServer);
        assertEquals(faults, device.socket.status().faults());
        assertFalse(Files.exists(device.path));
        firstNeighbour.assertServed();
        secondNeighbour.assertServed();
    }

    @Test
    void shouldGoOnWhereItIsWhenTheOtherWorkerHasEnded() {
        second.close();
        assertEquals(MoveOutcome.WORKER_ENDED, device.move());
        assertGuestServed();
    }

    @Test
    void shouldGoBackWhenTheOtherWorkerHasNoRoomForIt() {
        disk.refuse(Set.of(second));
        assertEquals(MoveOutcome.WORKER_FULL, device.move());
        assertGuestServed();
    }

    @Test
    void shouldMoveWhenTheOtherWorkerHasRoomForItLater() {
        disk.refuse(Set.of(second));
        assertEquals(MoveOutcome.WORKER_FULL, device.move());
        disk.refuse(Set.of());
        assertEquals(MoveOutcome.MOVED, device.move());
        assertGuestServed();
    }

    @Test
    void shouldEndAloneWhenNoWorkerHasRoomForIt() {
        disk.refuse(Set.of(first, second));
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        assertEndedAlone(1);
    }

    @Test
    void shouldEndAloneAtAFaultOnTheNewWorker() {
        disk.failAt(Set.of(second));
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        assertEndedAlone(1);
    }

    @Test
    void shouldEndAloneAtAFaultOnItsWayBack() {
        disk.refuse(Set.of(second));
        disk.failAt(Set.of(first));
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        assertEndedAlone(1);
    }

    @Test
    void shouldMoveWithoutItsFrontendAfterAFaultOfLeaving() {
        disk.failToLeave(1);
        assertEquals(MoveOutcome.MOVED, device.move());
        MovedDevice.await(device.guest.frontend()::isClosedByServer);
        first.close();
        try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(device.path), () -> {})) {
            assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
        }
        assertEquals(1, device.socket.status().faults());
    }

    @Test
    void shouldEndAloneWhenItCannotLeave() {
        disk.failToLeave(Integer.MAX_VALUE);
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        assertEndedAlone(2);
    }

    @Test
    void shouldNotMoveWhenItHasEnded() {
        disk.failAt(Set.of(second));
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        disk.failAt(Set.of());
        assertEquals(MoveOutcome.DEVICE_ENDED, device.move());
        assertEndedAlone(1);
    }
}
