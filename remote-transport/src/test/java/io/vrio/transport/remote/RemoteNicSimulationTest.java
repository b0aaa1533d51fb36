// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetFrame;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames of a NIC next to requests of a disk, over a wire that does what it wants: frames come at
 * most once, in order and as they were, and the disk is as exact as without them.
 */
final class RemoteNicSimulationTest {
    private static final long CAPACITY = 256 << 10;
    private static final long STEP_NS = 10_000;

    private final ManualClock clock = new ManualClock(1_000_000_000L);

    private static LongStream seeds() {
        Long one = Long.getLong("vrio.seed");
        return one == null
                ? LongStream.rangeClosed(1, Long.getLong("vrio.seeds", 30))
                : LongStream.of(one);
    }

    private final class Run implements AutoCloseable {
        private final SimulatedNetwork network;
        private final RemoteNic nic;
        private final RemoteDisk disk;
        private final DiskWorkload requests;
        private final FrameWorkload toNetwork;
        private final FrameWorkload toGuest;

        Run(MemoryLink.Options options, long seed) {
            SimulatedDisk simulated = new SimulatedDisk(CAPACITY, clock, 100_000, seed);
            network = new SimulatedNetwork(clock, options, simulated, seed);
            nic = network.peer().openNic("nic");
            disk = network.peer().openDisk("disk");
            requests = new DiskWorkload(disk, CAPACITY, 16, 200, seed);
            toNetwork = new FrameWorkload(nic.port(), seed);
            toGuest = new FrameWorkload(this::offerToGuest, seed + 1);
            nic.connect(toGuest);
            network.nic().forward(toNetwork);
        }

        private boolean offerToGuest(NetFrame frame) {
            return !network.nic().isConnected() || network.nic().send(frame);
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                requests.submitOne();
                toNetwork.send();
                toGuest.send();
                network.step(STEP_NS);
            }
        }

        /** Neither end has found fault with the other, or with itself. */
        void assertNoFault() {
            Counters<EndpointCounter> counters = network.endpoint().counters();
            assertEquals(0, counters.value(EndpointCounter.PROTOCOL_ERRORS));
            assertEquals(0, counters.value(EndpointCounter.FAULTS));
            String reason = String.valueOf(network.peer().status().reason());
            assertFalse(reason.contains("protocol") || reason.contains("fault"), reason);
        }

        void drain() {
            network.faults(Faults.NONE);
            network.intruderPpm(0);
            for (int i = 0; i < 2_000_000 && requests.underWay() > 0; i++) {
                network.step(STEP_NS);
            }
            assertEquals(0, requests.underWay(), "requests that never end");
        }

        @Override
        public void close() {
            nic.close();
            network.close();
            toNetwork.close();
            toGuest.close();
        }
    }

    @Test
    void shouldLoseNothingOnAQuietWire() {
        try (Run run = new Run(new MemoryLink.Options(1500, Segmentation.WHOLE, 4096), 1)) {
            for (int i = 0; i < 10_000 && !run.nic.isAttached(); i++) {
                run.network.step(STEP_NS);
            }
            run.run(3000);
            run.drain();
            for (int i = 0; i < 100; i++) {
                run.network.step(STEP_NS);
            }
            assertTrue(run.toNetwork.sent() > 3000, "only " + run.toNetwork.sent());
            assertEquals(run.toNetwork.sent(), run.toNetwork.received());
            assertEquals(run.toGuest.sent(), run.toGuest.received());
            assertEquals(0, run.requests.failed());
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldBeExactWhateverTheWireDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int mtu = random.nextBoolean() ? 1500 : 9000;
        Segmentation segmentation = random.nextInt(4) == 0 ? Segmentation.WHOLE : Segmentation.CUT;
        try (Run run = new Run(new MemoryLink.Options(mtu, segmentation, 4096), seed)) {
            run.network.faults(
                    Faults.NONE
                            .withLossPpm(random.nextInt(30_000))
                            .withDuplicationPpm(random.nextInt(50_000))
                            .withCorruptionPpm(random.nextInt(10_000))
                            .withTruncationPpm(random.nextInt(5_000))
                            .withReplayPpm(random.nextInt(10_000))
                            .withDelayNs(20_000)
                            .withJitter(random.nextInt(50_000), 100_000));
            run.network.intruderPpm(random.nextInt(3) * 20_000);
            for (int i = 0; i < 6; i++) {
                run.run(2000);
                run.assertNoFault();
                switch (random.nextInt(6)) {
                    case 0 -> run.network.restartIohyp();
                    case 1 -> run.network.peer().reset("the test says so");
                    default -> {}
                }
            }
            run.drain();
            run.run(2000);
            run.drain();
            assertTrue(run.requests.ended() > 100, "only " + run.requests.ended());
            assertTrue(run.toNetwork.received() > 500, "only " + run.toNetwork.received());
            assertTrue(run.toGuest.received() > 500, "only " + run.toGuest.received());
        }
    }
}
