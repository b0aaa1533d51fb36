// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device changes its worker, whatever its frontend and its guest do meanwhile. */
@Timeout(60)
final class DeviceMoveTest {
    private static final SocketOptions OPTIONS = new SocketOptions(Optional.empty(), 1, false);
    private static final int MOVES = 300;

    @TempDir Path folder;

    /** Stands still but for what a test lets pass: no limit runs out on a slow machine. */
    private final AtomicLong nowNs = new AtomicLong();

    private final NanoClock clock = nowNs::get;
    private final Worker first = new Worker("first", clock, 0);
    private final Worker second = new Worker("second", clock, 0);
    private final MovedDisk disk = new MovedDisk(1 << 20);
    private Path path;
    private DeviceSocket socket;
    private MovedGuest guest;

    @BeforeEach
    void start() {
        path = folder.resolve("disk0.sock");
        first.start();
        second.start();
        run(first, () -> disk.join(first));
        BlockDevice device = new BlockDevice("disk0", disk, 1);
        socket = DeviceSocket.open(first, "disk0", device, path, OPTIONS);
        guest = new MovedGuest(path);
    }

    @AfterEach
    void stop() {
        disk.stick(false);
        socket.close();
        second.close();
        first.close();
        disk.close();
        guest.close();
    }

    private static void run(Worker worker, Runnable command) {
        worker.call(
                () -> {
                    command.run();
                    return null;
                });
    }

    private CompletableFuture<Boolean> beginMove() {
        return CompletableFuture.supplyAsync(() -> socket.move(second, disk));
    }

    /** A guest whose requests are under way, and not answered until {@link #unstick}. */
    private void stick(int requests) {
        guest.start();
        disk.stick(true);
        guest.offer(requests);
        await(() -> first.call(disk::underWay) == requests);
    }

    private void unstick() {
        disk.stick(false);
        run(first, () -> {});
    }

    /** Waits for what another thread does, as long as the test may take. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void assertServed() {
        assertEquals(1, guest.frontend().getNumber(VhostUserRequest.GET_QUEUE_NUM));
    }

    @Test
    void shouldServeTheSameFrontendOnAnotherWorker() {
        guest.start();
        assertTrue(socket.move(second, disk));
        first.close();
        assertServed();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldMoveADeviceWithoutAFrontend() {
        guest.frontend().close();
        assertTrue(socket.move(second, disk));
        first.close();
        try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(path), () -> {})) {
            assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
        }
    }

    @Test
    void shouldLeaveWhenTheLastRequestIsAnswered() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        assertServed();
        assertEquals(0, disk.handovers());
        unstick();
        assertTrue(move.join());
        guest.awaitAll();
        assertEquals(4, guest.ended());
    }

    @Test
    void shouldTakeOnTheNewWorkerWhatTheGuestOffersMeanwhile() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        guest.offerMore(4, MovedGuest.SLOTS);
        unstick();
        assertTrue(move.join());
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldStayWhenRequestsAreNotAnswered() {
        stick(4);
        assertFalse(awaitEnd(beginMove()));
        assertEquals(0, disk.handovers());
        unstick();
        guest.awaitAll();
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(4 + MovedGuest.SLOTS, guest.ended());
    }

    /** Lets time pass until it has. */
    private boolean awaitEnd(CompletableFuture<Boolean> move) {
        await(
                () -> {
                    nowNs.addAndGet(TimeUnit.SECONDS.toNanos(3));
                    run(first, () -> {});
                    return move.isDone();
                });
        return move.join();
    }

    @Test
    void shouldMoveAfterAFrontendThatLeavesMeanwhile() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        guest.frontend().close();
        assertTrue(move.join());
        await(() -> socket.status().frontend().isEmpty());
        try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(path), () -> {})) {
            assertEquals(1, next.getNumber(VhostUserRequest.GET_QUEUE_NUM));
        }
    }

    @Test
    void shouldAnswerTheStopOfAVringBeforeItMoves() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        guest.frontend().beginGetVringBase(0);
        unstick();
        assertEquals(
                4, guest.frontend().receive(VhostUserRequest.GET_VRING_BASE.code()).vringValue());
        assertTrue(move.join());
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
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        beginReset();
        assertServedNoMore();
        unstick();
        assertResetAnswered();
        assertTrue(move.join());
        assertServed();
    }

    @Test
    void shouldMoveAfterAResetThatWasBegunBefore() {
        stick(4);
        beginReset();
        assertServedNoMore();
        CompletableFuture<Boolean> move = beginMove();
        unstick();
        assertResetAnswered();
        assertTrue(move.join());
        assertServed();
    }

    /** The frontend is not heard until its last request is answered. */
    private void assertServedNoMore() {
        run(first, () -> {});
        run(first, () -> {});
        assertFalse(guest.frontend().canReceive());
    }

    @Test
    void shouldMoveAfterAResetThatGivesUpItsRequests() {
        stick(4);
        beginReset();
        CompletableFuture<Boolean> move = beginMove();
        // Long before the move is given up, whenever the worker hears of the reset.
        await(
                () -> {
                    nowNs.addAndGet(OPTIONS.drainNs());
                    run(first, () -> {});
                    return guest.frontend().canReceive();
                });
        assertResetAnswered();
        assertTrue(move.join());
        assertServed();
    }

    /** A device that has left its worker, and whose next one has no time for it yet. */
    private final class Journey implements AutoCloseable {
        private final CountDownLatch arrival = new CountDownLatch(1);
        private final CompletableFuture<Boolean> move;

        Journey() {
            second.execute(this::block);
            move = beginMove();
            await(() -> disk.handovers() == 1);
            // What it does when it has left the disk behind is done as well.
            run(first, () -> {});
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
            assertTrue(move.join());
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
        assertServed();
    }

    @Test
    void shouldNoticeThatAFrontendHasLeftADeviceBetweenWorkers() {
        guest.start();
        try (Journey journey = new Journey()) {
            guest.offer(4);
            guest.frontend().close();
            try (FakeFrontend next = new FakeFrontend(UnixSocket.connect(path), () -> {})) {
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
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        assertTrue(guest.frontend().setMemTable(guest.ram()));
        unstick();
        assertTrue(move.join());
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
        assertTrue(socket.move(second, disk));
        guest.frontend().sendBytes(new byte[] {0, 0, 0, 0, 0, 0});
        assertEquals(1, guest.frontend().receive(VhostUserRequest.GET_QUEUE_NUM.code()).number());
    }

    @Test
    void shouldMoveADeviceWhoseGuestsMemoryVanishesMeanwhile() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        guest.ram().cutOff(0);
        unstick();
        assertTrue(move.join());
        assertEquals(1, disk.handovers());
        await(this::isMemoryMissed);
    }

    @Test
    void shouldNoticeOnTheNewWorkerThatMemoryHasVanished() {
        guest.start();
        assertTrue(socket.move(second, disk));
        guest.ram().cutOff(0);
        guest.kick();
        await(this::isMemoryMissed);
    }

    /** Whether the queue was stopped for it, or the whole session. */
    private boolean isMemoryMissed() {
        DeviceStatus status = socket.status();
        return status.frontend().isEmpty() || status.counters().get("queue_faults") == 1;
    }

    @Test
    void shouldTurnAwayASecondFrontendAfterwards() {
        guest.start();
        assertTrue(socket.move(second, disk));
        try (FakeFrontend other = new FakeFrontend(UnixSocket.connect(path), () -> {})) {
            await(other::isClosedByServer);
        }
        assertServed();
    }

    @Test
    void shouldGoOnWhereItIsWhenTheOtherWorkerHasEnded() {
        second.close();
        guest.start();
        assertFalse(socket.move(second, disk));
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
    }

    @Test
    void shouldGoBackWhenTheOtherWorkerCannotTakeIt() {
        disk.refuse(Set.of(second));
        guest.start();
        assertFalse(socket.move(second, disk));
        guest.offer(MovedGuest.SLOTS);
        guest.awaitAll();
        assertEquals(MovedGuest.SLOTS, guest.ended());
        assertServed();
    }

    @Test
    void shouldMoveWhenTheOtherWorkerCanTakeItLater() {
        disk.refuse(Set.of(second));
        guest.start();
        assertFalse(socket.move(second, disk));
        disk.refuse(Set.of());
        assertTrue(socket.move(second, disk));
        assertServed();
    }

    @Test
    void shouldEndAloneWhenNoWorkerTakesIt() {
        disk.refuse(Set.of(first, second));
        guest.start();
        assertThrows(IllegalStateException.class, () -> socket.move(second, disk));
        await(guest.frontend()::isClosedByServer);
        assertEquals("first", first.call(() -> Thread.currentThread().getName()));
        assertEquals("second", second.call(() -> Thread.currentThread().getName()));
    }

    @Test
    void shouldCloseAfterAMoveThatIsUnderWay() {
        stick(4);
        CompletableFuture<Boolean> move = beginMove();
        CompletableFuture<Void> close = CompletableFuture.runAsync(() -> socket.close());
        unstick();
        close.join();
        assertTrue(guest.frontend().isClosedByServer());
        assertFalse(Files.exists(path));
        // Whichever of the two was first.
        assertDoesNotThrow(move::join);
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
            moved += socket.move(i % 2 == 0 ? second : first, disk) ? 1 : 0;
        }
        return moved;
    }
}
