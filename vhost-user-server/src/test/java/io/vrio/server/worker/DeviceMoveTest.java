// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device changes its worker, whatever its frontend and its guest do meanwhile. */
@Timeout(60)
final class DeviceMoveTest {
    private static final int MOVES = 300;

    @TempDir Path folder;

    private MovedDevice device;
    private Worker first;
    private Worker second;
    private MovedDisk disk;
    private DeviceSocket socket;
    private MovedGuest guest;

    @BeforeEach
    void start() {
        device = new MovedDevice(folder);
        first = device.first;
        second = device.second;
        disk = device.disk;
        socket = device.socket;
        guest = device.guest;
    }

    @AfterEach
    void stop() {
        device.close();
    }

    @Test
    void shouldServeTheSameFrontendOnAnotherWorker() {
        guest.start();
        assertEquals(MoveOutcome.MOVED, device.move());
        first.close();
        device.assertServed();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldMoveADeviceWithoutAFrontend() {
        guest.frontend().close();
        assertEquals(MoveOutcome.MOVED, device.move());
        first.close();
        try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(device.path), () -> {})) {
            assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
        }
    }

    @Test
    void shouldLeaveWhenTheLastRequestIsAnswered() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        device.assertServed();
        assertEquals(0, disk.handovers());
        device.unstick();
        assertEquals(MoveOutcome.MOVED, move.join());
        guest.awaitAll();
        assertEquals(4, guest.ended());
    }

    @Test
    void shouldTakeOnTheNewWorkerWhatTheGuestOffersMeanwhile() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        guest.offerMore(4, MovedGuest.SLOTS);
        device.unstick();
        assertEquals(MoveOutcome.MOVED, move.join());
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldStayWhenRequestsAreNotAnswered() {
        device.stick(4);
        assertEquals(MoveOutcome.UNANSWERED, awaitEnd(device.beginMove()));
        assertEquals(0, disk.handovers());
        device.unstick();
        guest.awaitAll();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(4 + MovedGuest.SLOTS, guest.ended());
    }

    /** Lets time pass until it has. */
    private MoveOutcome awaitEnd(CompletableFuture<MoveOutcome> move) {
        MovedDevice.await(
                () -> {
                    device.pass(TimeUnit.SECONDS.toNanos(3));
                    MovedDevice.run(first, () -> {});
                    return move.isDone();
                });
        return move.join();
    }

    @Test
    void shouldMoveAfterAFrontendThatLeavesMeanwhile() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        guest.frontend().close();
        assertEquals(MoveOutcome.MOVED, move.join());
        MovedDevice.await(() -> socket.status().frontend().isEmpty());
        try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(device.path), () -> {})) {
            assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
        }
    }

    @Test
    void shouldAnswerTheStopOfAVringBeforeItMoves() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        guest.frontend().beginGetVringBase(0);
        device.unstick();
        assertEquals(
                4, guest.frontend().receive(VhostUserRequest.GET_VRING_BASE.code()).vringValue());
        assertEquals(MoveOutcome.MOVED, move.join());
        guest.awaitAll();
        assertEquals(4, guest.ended());
    }

    /** RESET_DEVICE, which is answered when all requests are. */
    private void beginReset() {
        int flags = FakeFrontend.VERSION | FakeFrontend.NEED_REPLY;
        guest.frontend().sendRaw(VhostUserRequest.RESET_DEVICE.code(), flags, 0, new byte[0]);
    }

    private void assertResetAnswered() {
        assertEquals(0, guest.frontend().receive(VhostUserRequest.RESET_DEVICE.code()).number());
    }

    @Test
    void shouldAnswerAResetBeforeItMoves() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        beginReset();
        assertServedNoMore();
        device.unstick();
        assertResetAnswered();
        assertEquals(MoveOutcome.MOVED, move.join());
        device.assertServed();
    }

    @Test
    void shouldMoveAfterAResetThatWasBegunBefore() {
        device.stick(4);
        beginReset();
        assertServedNoMore();
        CompletableFuture<MoveOutcome> move = device.beginMove();
        device.unstick();
        assertResetAnswered();
        assertEquals(MoveOutcome.MOVED, move.join());
        device.assertServed();
    }

    /** The frontend is not heard until its last request is answered. */
    private void assertServedNoMore() {
        MovedDevice.run(first, () -> {});
        MovedDevice.run(first, () -> {});
        assertFalse(guest.frontend().canReceive());
    }

    @Test
    void shouldMoveAfterAResetThatGivesUpItsRequests() {
        device.stick(4);
        beginReset();
        CompletableFuture<MoveOutcome> move = device.beginMove();
        // Long before the move is given up, whenever the worker hears of the reset.
        MovedDevice.await(
                () -> {
                    device.pass(MovedDevice.OPTIONS.drainNs());
                    MovedDevice.run(first, () -> {});
                    return guest.frontend().canReceive();
                });
        assertResetAnswered();
        assertEquals(MoveOutcome.MOVED, move.join());
        device.assertServed();
    }

    /** A device that has left its worker, and whose next one has no time for it yet. */
    private final class Journey implements AutoCloseable {
        private final CountDownLatch arrival = new CountDownLatch(1);
        private final CompletableFuture<MoveOutcome> move;

        Journey() {
            second.execute(this::block);
            move = device.beginMove();
            MovedDevice.await(() -> disk.handovers() == 1);
            // What it does when it has left the disk behind is done as well.
            MovedDevice.run(first, () -> {});
        }

        private void block() {
            try {
                arrival.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void end() {
            arrival.countDown();
            assertEquals(MoveOutcome.MOVED, move.join());
        }

        @Override
        public void close() {
            arrival.countDown();
        }
    }

    @Test
    void shouldStopAVringThatIsBetweenWorkers() {
        guest.start();
        guest.offer(4);
        guest.awaitAll();
        try (Journey journey = new Journey()) {
            guest.offer(4);
            guest.frontend().beginGetVringBase(0);
            assertFalse(guest.frontend().canReceive());
            journey.end();
        }
        // What was offered meanwhile is taken and answered, or left for whoever goes on.
        int base = guest.frontend().receive(VhostUserRequest.GET_VRING_BASE.code()).vringValue();
        guest.takeAnswers();
        assertEquals(guest.ended(), base);
    }

    @Test
    void shouldResetADeviceThatIsBetweenWorkers() {
        guest.start();
        try (Journey journey = new Journey()) {
            beginReset();
            assertFalse(guest.frontend().canReceive());
            journey.end();
        }
        assertResetAnswered();
        device.assertServed();
    }

    @Test
    void shouldNoticeThatAFrontendHasLeftADeviceBetweenWorkers() {
        guest.start();
        try (Journey journey = new Journey()) {
            guest.offer(4);
            guest.frontend().close();
            try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(device.path), () -> {})) {
                journey.end();
                assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
            }
        }
        assertEquals(0, socket.status().faults());
    }

    @Test
    void shouldServeWhatAGuestOffersBetweenWorkers() {
        guest.start();
        try (Journey journey = new Journey()) {
            guest.offer(MovedGuest.SLOTS);
            journey.end();
        }
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldTakeANewMemoryTableMeanwhile() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        assertTrue(guest.frontend().setMemTable(guest.ram()));
        device.unstick();
        assertEquals(MoveOutcome.MOVED, move.join());
        assertTrue(guest.frontend().setMemTable(guest.ram()));
        guest.awaitAll();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(4 + MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldGoOnWithAMessageThatIsHalfThere() {
        guest.start();
        guest.frontend().sendBytes(new byte[] {17, 0, 0, 0, 1, 0});
        assertEquals(MoveOutcome.MOVED, device.move());
        guest.frontend().sendBytes(new byte[] {0, 0, 0, 0, 0, 0});
        assertEquals(1, guest.frontend().receive(VhostUserRequest.GET_QUEUE_NUM.code()).number());
    }

    @Test
    void shouldMoveADeviceWhoseGuestsMemoryVanishesMeanwhile() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        guest.ram().cutOff(0);
        device.unstick();
        assertEquals(MoveOutcome.MOVED, move.join());
        assertEquals(1, disk.handovers());
        MovedDevice.await(this::isMemoryMissed);
    }

    @Test
    void shouldNoticeOnTheNewWorkerThatMemoryHasVanished() {
        guest.start();
        assertEquals(MoveOutcome.MOVED, device.move());
        guest.ram().cutOff(0);
        guest.kick();
        MovedDevice.await(this::isMemoryMissed);
    }

    /** Whether the queue was stopped for it, or the whole session. */
    private boolean isMemoryMissed() {
        DeviceStatus status = socket.status();
        return status.frontend().isEmpty() || status.counters().get("queue_faults") == 1;
    }

    @Test
    void shouldTurnAwayASecondFrontendAfterwards() {
        guest.start();
        assertEquals(MoveOutcome.MOVED, device.move());
        try (FakeFrontend other = new FakeFrontend(UnixSocket.connect(device.path), () -> {})) {
            MovedDevice.await(other::isClosedByServer);
        }
        device.assertServed();
    }

    @Test
    void shouldCloseAfterAMoveThatIsUnderWay() {
        device.stick(4);
        CompletableFuture<MoveOutcome> move = device.beginMove();
        CompletableFuture<Void> close = CompletableFuture.runAsync(() -> socket.close());
        device.unstick();
        close.join();
        assertTrue(guest.frontend().isClosedByServer());
        assertFalse(Files.exists(device.path));
        // Whichever of the two was first.
        assertDoesNotThrow(move::join);
    }

    @Test
    void shouldEndWithAWorkerThatEndsBeforeItHasLeft() throws Exception {
        device.stick(4);
        FutureTask<MoveOutcome> move = new FutureTask<>(device::move);
        Thread mover = new Thread(move);
        mover.start();
        MovedDevice.await(() -> mover.getState() == Thread.State.TIMED_WAITING);
        first.close();
        assertEquals(MoveOutcome.DEVICE_ENDED, move.get());
        assertTrue(guest.frontend().isClosedByServer());
    }

    @Test
    void shouldLoseNothingInHundredsOfMoves() {
        guest.start();
        CompletableFuture<Integer> mover = CompletableFuture.supplyAsync(this::moveToAndFro);
        guest.runWhile(() -> !mover.isDone());
        assertEquals(MOVES, mover.join());
        assertEquals(MOVES, disk.handovers());
        assertTrue(guest.ended() >= MovedGuest.SLOTS);
        assertEquals(0, socket.status().faults());
    }

    private int moveToAndFro() {
        int moved = 0;
        for (int i = 0; i < MOVES; i++) {
            MoveOutcome outcome = socket.move(i % 2 == 0 ? second : first, disk);
            moved += outcome == MoveOutcome.MOVED ? 1 : 0;
        }
        return moved;
    }
}
