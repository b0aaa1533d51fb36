// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.SocketPathException;
import io.vrio.common.sys.UnixListener;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.session.FakeFrontend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Frontends come and go, on a worker that runs. */
final class DeviceSocketTest {
    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(1), false);

    @TempDir Path folder;

    private final Worker worker = new Worker("test", NanoClock.SYSTEM, 0);
    private final MemoryDisk disk =
            new MemoryDisk(1 << 20, DiskProperties.ofCapacity(1 << 20, "test"));
    private Path path;

    @BeforeEach
    void start() {
        path = folder.resolve("disk0.sock");
        worker.start();
    }

    @AfterEach
    void stop() {
        worker.close();
        disk.close();
    }

    private BlockDevice device() {
        return new BlockDevice("disk0", disk, 4);
    }

    private DeviceSocket open() {
        return DeviceSocket.open(worker, "disk0", device(), path, OPTIONS);
    }

    private FakeFrontend connect() {
        return new FakeFrontend(UnixSocket.connect(path), () -> {});
    }

    private static void assertServed(FakeFrontend frontend) {
        assertEquals(4, frontend.getNumber(VhostUserRequest.GET_QUEUE_NUM));
    }

    /** Waits for what another thread does, as long as the test may take. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    @Test
    void shouldServeAFrontend() {
        try (DeviceSocket socket = open();
                FakeFrontend frontend = connect()) {
            assertServed(frontend);
            DeviceStatus status = socket.status();
            assertEquals("disk0", status.name());
            assertEquals(path.toString(), status.socket());
            assertEquals(ProcessHandle.current().pid(), status.frontend().orElseThrow().pid());
        }
    }

    @Test
    void shouldServeTheNextFrontendWhenOneHasLeft() {
        try (DeviceSocket socket = open()) {
            try (FakeFrontend first = connect()) {
                assertServed(first);
            }
            try (FakeFrontend second = connect()) {
                assertServed(second);
            }
            await(() -> socket.status().frontend().isEmpty());
        }
    }

    @Test
    void shouldTurnAwayASecondFrontendAtOnce() {
        try (DeviceSocket socket = open();
                FakeFrontend first = connect()) {
            assertServed(first);
            try (FakeFrontend second = connect()) {
                await(second::isClosedByServer);
            }
            assertServed(first);
            assertTrue(socket.status().frontend().isPresent());
        }
    }

    @Test
    void shouldRefuseAPathThatAnotherDeviceListensAt() {
        try (DeviceSocket first = open();
                BlockDevice device = device()) {
            assertThrows(
                    SocketPathException.class,
                    () -> DeviceSocket.open(worker, "disk1", device, path, OPTIONS));
            try (FakeFrontend frontend = connect()) {
                assertServed(frontend);
                assertTrue(first.status().frontend().isPresent());
            }
        }
    }

    @Test
    void shouldLeaveNoFileBehind() {
        open().close();
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldCloseWithItsWorker() {
        DeviceSocket socket = open();
        worker.close();
        socket.close();
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldTellAFrontendThatItCloses() {
        DeviceSocket socket = open();
        try (FakeFrontend frontend = connect()) {
            assertServed(frontend);
            socket.close();
            assertTrue(frontend.isClosedByServer());
        }
    }

    @Test
    void shouldUseAnInheritedSocketThatIsConnected() {
        UnixSocket[] pair = UnixSocket.pair();
        try (FakeFrontend frontend = new FakeFrontend(pair[0], () -> {});
                DeviceSocket socket =
                        DeviceSocket.inherit(worker, "disk0", device(), pair[1].fd(), OPTIONS)) {
            assertServed(frontend);
            assertEquals("fd:" + pair[1].fd(), socket.status().socket());
        }
    }

    @Test
    void shouldUseAnInheritedSocketThatListens() {
        UnixSocket listening = UnixSocket.listen(path);
        try (DeviceSocket socket =
                        DeviceSocket.inherit(worker, "disk0", device(), listening.fd(), OPTIONS);
                FakeFrontend frontend = connect()) {
            assertServed(frontend);
            assertTrue(socket.status().frontend().isPresent());
        }
    }

    @Test
    void shouldRefuseAnInheritedDescriptorThatIsNoSocket() {
        int file = Linux.memfdCreate("no-socket");
        try (BlockDevice device = device()) {
            assertThrows(
                    RuntimeException.class,
                    () -> DeviceSocket.inherit(worker, "disk0", device, file, OPTIONS));
        } finally {
            Linux.close(file);
        }
    }

    @Test
    void shouldConnectToAFrontendThatListensLater() {
        try (DeviceSocket socket = DeviceSocket.connect(worker, "disk0", device(), path, OPTIONS);
                UnixListener listener = UnixListener.open(path, Optional.empty())) {
            assertEquals("connect:" + path, socket.status().socket());
            assertServedThrough(listener);
            assertServedThrough(listener);
        }
    }

    private static void assertServedThrough(UnixListener listener) {
        UnixSocket[] accepted = new UnixSocket[1];
        await(
                () -> {
                    accepted[0] = listener.accept();
                    return accepted[0] != null;
                });
        try (FakeFrontend frontend = new FakeFrontend(accepted[0], () -> {})) {
            frontend.send(VhostUserRequest.GET_QUEUE_NUM, new byte[0]);
            await(frontend::canReceive);
            assertEquals(4, frontend.receive(VhostUserRequest.GET_QUEUE_NUM.code()).number());
        }
    }

    @Test
    void shouldServeOthersWhileAFrontendIsSilentInTheMiddleOfAMessage() {
        Path otherPath = folder.resolve("disk1.sock");
        MemoryDisk otherDisk = MemoryDisk.ofCapacity(1 << 20);
        BlockDevice otherDevice = new BlockDevice("disk1", otherDisk, 4);
        try (NativeBuffer half = new NativeBuffer(8);
                DeviceSocket socket = open();
                DeviceSocket other =
                        DeviceSocket.open(worker, "disk1", otherDevice, otherPath, OPTIONS);
                UnixSocket silent = UnixSocket.connect(path);
                FakeFrontend frontend = new FakeFrontend(UnixSocket.connect(otherPath), () -> {})) {
            silent.send(half.slice(), 0, 8);
            assertServed(frontend);
            assertTrue(socket.status().frontend().isPresent());
            assertTrue(other.status().frontend().isPresent());
        }
        otherDisk.close();
    }
}
