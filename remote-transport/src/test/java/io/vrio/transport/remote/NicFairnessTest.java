// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A disk and a NIC of one host that both want all of the association: neither waits for the other
 * for more than a few duty cycles, and both get on. What one duty cycle does is bounded, too.
 */
final class NicFairnessTest {
    private static final long STEP_NS = 50_000;
    private static final int LARGE = 60_000;
    private static final int WRITE_LENGTH = 1 << 20;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock,
                    new MemoryLink.Options(1500, Segmentation.WHOLE, 8192),
                    new SimulatedDisk(4 << 20, clock, 0, 1),
                    1);
    private final SimulatedNic guest = new SimulatedNic();
    private final SimulatedNic sender = new SimulatedNic();
    private final RemoteNic nic = network.peer().openNic("nic");
    private final RemoteDisk disk = network.peer().openDisk("disk");
    private final NativeBuffer memory = new NativeBuffer(4 << 20);
    private final List<BlockRequest> requests = new ArrayList<>();
    private int requestsUnderWay;
    private int requestsEnded;

    /** How many frames, and of which length, the guest and the backend offer in each step. */
    private int framesPerStep;

    private int frameLength = 64;
    private int writesMax;

    @BeforeEach
    void attach() {
        nic.connect(guest);
        guest.connect(nic.port());
        guest.onlyCount();
        network.nic().onlyCount();
        for (int i = 0; i < 100_000 && !(nic.isAttached() && disk.isAttached()); i++) {
            network.step(STEP_NS);
        }
        assertTrue(nic.isAttached() && disk.isAttached());
    }

    @AfterEach
    void close() {
        nic.close();
        disk.close();
        network.close();
        guest.close();
        sender.close();
        memory.close();
    }

    private void step() {
        int sent = 0;
        while (sent < framesPerStep && nic.offer(frame(guest))) {
            sent++;
        }
        int answered = 0;
        while (answered < framesPerStep && network.nic().send(frame(sender))) {
            answered++;
        }
        while (requestsUnderWay < writesMax) {
            submit(BlockRequestKind.WRITE, WRITE_LENGTH);
        }
        network.step(STEP_NS);
    }

    private NetFrame frame(SimulatedNic from) {
        NetFrame frame = from.frame(0, new byte[frameLength]);
        return frameLength <= 1514
                ? frame
                : frame.offload(NetFrame.NEEDS_CHECKSUM, NetFrame.GSO_TCPV4, 66, 1448)
                        .checksum(34, 16);
    }

    private void submit(BlockRequestKind kind, int length) {
        BlockRequest request = new BlockRequest();
        requests.add(request);
        requestsUnderWay++;
        request.begin(kind, 0, length, (r, status) -> onEnd(status));
        request.data().add(memory.slice(), 0, length);
        disk.submit(request);
    }

    private void onEnd(IoStatus status) {
        requestsUnderWay--;
        requestsEnded += status == IoStatus.OK ? 1 : 0;
    }

    /** Steps that a read of 4 KiB takes, on average over 50. */
    private double readSteps() {
        int steps = 0;
        for (int i = 0; i < 50; i++) {
            int endedBefore = requestsEnded;
            submit(BlockRequestKind.READ, 4096);
            while (requestsEnded == endedBefore) {
                step();
                steps++;
                assertTrue(steps < 10_000, "a read never ends");
            }
        }
        return steps / 50.0;
    }

    /** Steps until a frame of the guest's has come out, on average over 50. */
    private double frameSteps() {
        int steps = 0;
        for (int i = 0; i < 50; i++) {
            network.nic().takeFrames();
            boolean isSent = false;
            while (network.nic().takenCount() == 0) {
                isSent = isSent || nic.offer(frame(guest));
                step();
                steps++;
                assertTrue(steps < 10_000, "a frame never comes");
            }
        }
        return steps / 50.0;
    }

    private void flood(int frames, int length) {
        framesPerStep = frames;
        frameLength = length;
        for (int i = 0; i < 200; i++) {
            step();
        }
    }

    @Test
    void shouldNotDelayADiskByAFloodOfSmallFrames() {
        double alone = readSteps();
        flood(4000, 64);
        assertTrue(readSteps() <= 2 * alone + 1, "a read waits for frames");
        assertTrue(network.nic().takenCount() > 50_000, "no flood");
        assertTrue(guest.takenCount() > 50_000, "no flood towards the guest");
    }

    @Test
    void shouldNotDelayADiskByAFloodOfLargeFrames() {
        double alone = readSteps();
        flood(200, LARGE);
        double flooded = readSteps();
        assertTrue(flooded <= 2 * alone + 1, "a read waits for frames: " + flooded);
        assertTrue(network.nic().takenCount() > 500, "no flood");
        assertTrue(guest.takenCount() > 500, "no flood towards the guest");
    }

    @Test
    void shouldNotDelayFramesByAFloodOfWrites() {
        double alone = frameSteps();
        writesMax = 16;
        for (int i = 0; i < 200; i++) {
            step();
        }
        int endedBefore = requestsEnded;
        double flooded = frameSteps();
        assertTrue(flooded <= 2 * alone + 1, "a frame waits for writes: " + flooded);
        assertTrue(requestsEnded - endedBefore > 20, "no flood");
    }

    @Test
    void shouldShareWhenBothWantAll() {
        writesMax = 16;
        flood(200, LARGE);
        int endedBefore = requestsEnded;
        network.nic().takeFrames();
        guest.takeFrames();
        for (int i = 0; i < 300; i++) {
            step();
        }
        long writtenBytes = (long) (requestsEnded - endedBefore) * WRITE_LENGTH;
        long frameBytes = (long) network.nic().takenCount() * LARGE;
        assertTrue(writtenBytes > frameBytes / 4, writtenBytes + " and " + frameBytes);
        assertTrue(frameBytes > writtenBytes / 4, writtenBytes + " and " + frameBytes);
    }

    @Test
    void shouldBoundWhatOneDutyCycleSends() {
        frameLength = LARGE;
        int count = 0;
        while (nic.offer(frame(guest))) {
            count++;
        }
        assertEquals(9, count, "half a megabyte in super-frames of 60 KB");
        assertEquals(1, nic.counters().value(RemoteNicCounter.SENDS_HELD_BACK));
        network.step(STEP_NS);
        assertTrue(nic.offer(frame(guest)));
    }

    @Test
    void shouldLetEachNicHaveItsPart() {
        RemoteNic other = network.peer().openNic("other");
        for (int i = 0; i < 1000 && !other.isAttached(); i++) {
            network.step(STEP_NS);
        }
        assertTrue(other.isAttached());
        flood(200, LARGE);
        long first = nic.counters().value(RemoteNicCounter.FRAMES_SENT);
        for (int i = 0; i < 200; i++) {
            step();
            // Behind the first, which has taken what it could get.
            for (int j = 0; j < 200 && other.offer(frame(sender)); j++) {
                assertTrue(j < 100, "no bound");
            }
        }
        first = nic.counters().value(RemoteNicCounter.FRAMES_SENT) - first;
        long second = other.counters().value(RemoteNicCounter.FRAMES_SENT);
        assertTrue(second > 200 && second > first / 2, first + " and " + second);
        other.close();
    }
}
