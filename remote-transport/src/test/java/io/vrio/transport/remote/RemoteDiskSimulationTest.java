// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.transport.link.Faults;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.secure.KeyStatus;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The transport alone, from the remote stub to the port behind the association. */
final class RemoteDiskSimulationTest {
    private static final long CAPACITY = 256 << 10;
    private static final long STEP_NS = 10_000;
    private static final long PAUSE_STEP_NS = 5_000_000;

    private final ManualClock clock = new ManualClock(1_000_000_000L);

    private SimulatedNetwork network(int mtu, Segmentation segmentation, long seed) {
        SimulatedDisk disk = new SimulatedDisk(CAPACITY, clock, 100_000, seed);
        return new SimulatedNetwork(
                clock, new MemoryLink.Options(mtu, segmentation, 4096), disk, seed);
    }

    private static void run(SimulatedNetwork network, DiskWorkload workload, int steps) {
        for (int i = 0; i < steps; i++) {
            workload.submitOne();
            network.step(STEP_NS);
        }
    }

    /** Nobody submits anything, and each end hears that the other one is there. */
    private static void pause(SimulatedNetwork network, long ns) {
        for (long passedNs = 0; passedNs < ns; passedNs += PAUSE_STEP_NS) {
            network.step(PAUSE_STEP_NS);
        }
    }

    private static void awaitEstablished(SimulatedNetwork network) {
        // Limit: more than a few lost attempts to open an association take.
        int stepsLeft = 1_000_000;
        while (network.peer().status().state() != PeerState.ESTABLISHED && stepsLeft-- > 0) {
            network.step(STEP_NS);
        }
    }

    private static void drain(SimulatedNetwork network, DiskWorkload workload) {
        network.faults(Faults.NONE);
        network.intruderPpm(0);
        for (int i = 0; i < 2_000_000 && workload.underWay() > 0; i++) {
            network.step(STEP_NS);
        }
        assertEquals(
                0,
                workload.underWay(),
                () ->
                        "requests that never end after the faults stopped: "
                                + network.peer().status()
                                + network.endpoint().peers());
    }

    private static void awaitDisk(SimulatedNetwork network, RemoteDisk disk) {
        for (int i = 0; i < 200_000 && !disk.isAttached(); i++) {
            network.step(STEP_NS);
        }
        assertTrue(disk.isAttached(), "no association 2 s after the faults stopped");
    }

    @Test
    void shouldCarryRequestsOverAQuietWire() {
        try (SimulatedNetwork network = network(1500, Segmentation.WHOLE, 1)) {
            RemoteDisk disk = network.peer().openDisk("disk");
            DiskWorkload workload = new DiskWorkload(disk, CAPACITY, 16, 64, 1);
            run(network, workload, 5000);
            drain(network, workload);
            assertTrue(workload.ended() > 1000, "only " + workload.ended());
            assertEquals(0, workload.failed());
        }
    }

    @Test
    void shouldKeepItsAssociationWhateverAnIntruderAdds() {
        try (SimulatedNetwork network = network(1500, Segmentation.CUT, 2)) {
            RemoteDisk disk = network.peer().openDisk("disk");
            DiskWorkload workload = new DiskWorkload(disk, CAPACITY, 16, 64, 2);
            run(network, workload, 1000);
            long epoch = network.peer().status().sinceNs();
            network.intruderPpm(200_000);
            run(network, workload, 50_000);

            assertEquals(PeerState.ESTABLISHED, network.peer().status().state());
            assertEquals(epoch, network.peer().status().sinceNs(), "it was opened again");
            assertTrue(workload.ended() > 5000, "only " + workload.ended());
            assertEquals(0, workload.failed());
            long forged = network.peer().status().association().counters().get("dropped_forged");
            assertTrue(forged > 100, "only " + forged);
            drain(network, workload);
        }
    }

    @Test
    void shouldChangeKeysWhileTheWireLosesAndRepeats() {
        try (SimulatedNetwork network = network(1500, Segmentation.CUT, 4)) {
            RemoteDisk disk = network.peer().openDisk("disk");
            DiskWorkload workload = new DiskWorkload(disk, CAPACITY, 16, 64, 4);
            run(network, workload, 1000);
            long epoch = network.peer().status().sinceNs();
            network.faults(Faults.NONE.withLossPpm(20_000).withReplayPpm(10_000));
            network.intruderPpm(20_000);
            run(network, workload, 50_000);

            assertEquals(epoch, network.peer().status().sinceNs(), "it was opened again");
            KeyStatus keys = network.peer().status().association().keys().orElseThrow();
            assertTrue(keys.sendPhase() > 100, "only " + keys.sendPhase());
            assertTrue(keys.receivePhase() > 100, "only " + keys.receivePhase());
            assertEquals(0, workload.failed());
            drain(network, workload);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldExecuteOnceWhereverTheIohypSendsIt(long seed) {
        SplittableRandom random = new SplittableRandom(~seed);
        try (SimulatedNetwork network = network(1500, Segmentation.CUT, seed)) {
            network.addWorker();
            network.faults(
                    Faults.NONE
                            .withLossPpm(random.nextInt(50_000))
                            .withDuplicationPpm(random.nextInt(50_000))
                            .withReplayPpm(random.nextInt(10_000))
                            .withDelayNs(20_000)
                            .withJitter(random.nextInt(200_000), 200_000));
            RemoteDisk disk = network.peer().openDisk("disk");
            DiskWorkload workload = new DiskWorkload(disk, CAPACITY, 16, 64, seed);
            for (int i = 0; i < 8; i++) {
                run(network, workload, 500 + random.nextInt(1000));
                // One that is still on its way is not sent on: it would be bound where it arrives.
                awaitEstablished(network);
                network.redirect();
                run(network, workload, 500);
                // Else it would stay where it is: this is not how an IOhyp in order behaves.
                pause(network, random.nextInt(2) * PeerPort.INTERVAL_NS / 3);
            }
            drain(network, workload);
            assertEquals(0, workload.failed());
            long redirected =
                    network.peer().status().events().stream()
                            .filter(event -> event.kind() == PeerEventKind.REDIRECTED)
                            .count();
            assertTrue(redirected > 2, "only " + redirected);
        }
    }

    private static LongStream seeds() {
        Long one = Long.getLong("vrio.seed");
        return one == null
                ? LongStream.rangeClosed(1, Long.getLong("vrio.seeds", 60))
                : LongStream.of(one);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldExecuteOnceWhateverTheWireDoes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int mtu = random.nextBoolean() ? 1500 : 9000;
        Segmentation segmentation = random.nextInt(4) == 0 ? Segmentation.WHOLE : Segmentation.CUT;
        try (SimulatedNetwork network = network(mtu, segmentation, seed)) {
            network.faults(
                    Faults.NONE
                            .withLossPpm(random.nextInt(100_000))
                            .withDuplicationPpm(random.nextInt(50_000))
                            .withCorruptionPpm(random.nextInt(20_000))
                            .withTruncationPpm(random.nextInt(10_000))
                            .withReplayPpm(random.nextInt(10_000))
                            .withDelayNs(20_000)
                            .withJitter(random.nextInt(200_000), 200_000));
            network.intruderPpm(random.nextInt(3) * 20_000);
            RemoteDisk disk = network.peer().openDisk("disk");
            DiskWorkload workload = new DiskWorkload(disk, CAPACITY, 16, 200, seed);
            for (int i = 0; i < 10; i++) {
                run(network, workload, 2000);
                switch (random.nextInt(5)) {
                    case 0 -> network.restartIohyp();
                    case 1 -> {
                        network.crashHost();
                        workload.onCrash(network.disk());
                    }
                    case 2 -> network.peer().reset("the test says so");
                    case 3 -> disk.abandonRequests();
                    default -> {}
                }
            }
            drain(network, workload);
            // Resets in a row may have left no time for more than a few requests until now, and
            // the last one no association.
            awaitDisk(network, disk);
            run(network, workload, 2000);
            drain(network, workload);
            assertTrue(workload.ended() > 100, "only " + workload.ended());
        }
    }
}
