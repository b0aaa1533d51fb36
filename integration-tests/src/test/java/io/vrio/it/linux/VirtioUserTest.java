// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.it.Requires;
import io.vrio.server.device.net.MemoryNic;
import io.vrio.server.device.net.NetDevice;
import io.vrio.server.worker.DeviceSocket;
import io.vrio.server.worker.SocketOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DPDK's virtio-user, a frontend of its own: sends a burst on each of its queues, gets it back, and
 * sends what it gets, for ever. Nothing may be lost on the way.
 */
@Tag("linux")
@Timeout(60)
final class VirtioUserTest {
    private static final int BURST = 32;
    private static final SocketOptions OPTIONS =
            new SocketOptions(Optional.empty(), TimeUnit.SECONDS.toNanos(1), false);

    @TempDir private Path folder;

    private final Worker worker =
            new Worker("virtio-user", NanoClock.SYSTEM, TimeUnit.MICROSECONDS.toNanos(50));
    private final MemoryNic nic = new MemoryNic();
    private final NetDevice device = new NetDevice("nic0", nic, 2);
    private DeviceSocket socket;

    @BeforeEach
    void start() {
        Requires.program("dpdk-testpmd");
        worker.start();
        nic.echo();
    }

    @AfterEach
    void stop() {
        if (socket != null) {
            socket.close();
        }
        worker.close();
        nic.close();
    }

    private Path path() {
        return folder.resolve("nic0.sock");
    }

    private void listen() {
        socket = DeviceSocket.open(worker, "nic0", device, path(), OPTIONS);
    }

    /** Runs until many rounds are over. */
    private void run(int queues, String options) throws IOException, InterruptedException {
        String port = "net_virtio_user0,path=" + path() + ",queue_size=256,queues=" + queues;
        List<String> command =
                List.of(
                        "dpdk-testpmd",
                        "--lcores=0@0,1@0",
                        "--no-huge",
                        "-m",
                        "256",
                        "--no-pci",
                        "--file-prefix=" + folder.getFileName(),
                        "--vdev=" + port + options,
                        "--",
                        "--forward-mode=io",
                        "--tx-first",
                        "--auto-start",
                        "--rxq=" + queues,
                        "--txq=" + queues,
                        "--total-num-mbufs=8192");
        Process testpmd =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("testpmd.log").toFile())
                        .start();
        try {
            while (socket.status().counters().get("rx_frames") <= goal(queues)) {
                boolean hasEnded = testpmd.waitFor(100, TimeUnit.MILLISECONDS);
                assertFalse(hasEnded, () -> "testpmd ended by itself: " + log());
            }
            testpmd.outputWriter(StandardCharsets.US_ASCII).append('\n').close();
            assertTrue(testpmd.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, testpmd.exitValue(), this::log);
        } finally {
            testpmd.destroyForcibly();
        }
    }

    private static long goal(int queues) {
        return 100L * BURST * queues;
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("testpmd.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /**
     * Rounds of all frames, of which each was sent and received: but for those that were under way
     * when the program took its receive queue away, before the one it sends by.
     */
    private void assertForwarded(int queues) {
        Map<String, Long> counters = socket.status().counters();
        long received = counters.get("rx_frames");
        assertTrue(received > goal(queues), counters.toString());
        long late = counters.get("dropped_not_ready");
        assertTrue(late <= BURST * queues, counters.toString());
        assertEquals(late, counters.get("rx_dropped") + counters.get("tx_dropped"));
        assertEquals(counters.get("tx_frames"), received + counters.get("rx_dropped"));
        assertTrue(log().contains("TX-dropped: 0 "), log());
    }

    @Test
    void shouldCarryItsFrames() throws Exception {
        listen();
        run(1, "");
        assertForwarded(1);
    }

    @Test
    void shouldCarryFramesOfSeveralQueues() throws Exception {
        listen();
        run(2, "");
        assertForwarded(2);
        assertTrue(socket.status().counters().get("pair_1_rx_frames") > 0);
    }

    @Test
    void shouldCarryFramesInBuffersThatAreNotMerged() throws Exception {
        listen();
        run(1, ",mrg_rxbuf=0");
        assertForwarded(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",mrg_rxbuf=0", ",in_order=0"})
    void shouldCarryFramesOfPackedRings(String options) throws Exception {
        listen();
        run(2, ",packed_vq=1" + options);
        assertForwarded(2);
    }

    @Test
    void shouldConnectToAFrontendThatListens() throws Exception {
        socket = DeviceSocket.connect(worker, "nic0", device, path(), OPTIONS);
        run(1, ",server=1");
        assertForwarded(1);
    }
}
