// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.ManualClock;
import io.vrio.transport.link.MemoryLink.Options;
import io.vrio.transport.link.MemoryLink.Segmentation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FaultyLinkTest {
    private static final int ALL = 1_000_000;

    private final ManualClock clock = new ManualClock(Long.MAX_VALUE - 5_000);
    private final MemoryLink sender = MemoryLink.pair(new Options(1500, Segmentation.CUT, 10_000));
    private final FaultyLink faulty = new FaultyLink(sender.peer(), clock, 1);
    private final LinkFixture wire = LinkFixture.over(sender, faulty);

    @AfterEach
    void close() {
        wire.close();
        faulty.close();
        sender.close();
    }

    private void send(LinkFixture wire, int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(wire.sendAck(i));
        }
    }

    /** The sequence numbers of what is received now. */
    private List<Integer> receiveAll(LinkFixture wire) {
        List<Integer> sequences = new ArrayList<>();
        while (wire.receive()) {
            sequences.add(wire.header().sequence());
        }
        return sequences;
    }

    private int countInvalid() {
        int count = 0;
        while (wire.receive()) {
            if (wire.invalidReason() != null) {
                count++;
            }
        }
        return count;
    }

    @Test
    void shouldPassEverythingInOrderWithoutFaults() {
        send(wire, 5);
        assertEquals(List.of(0, 1, 2, 3, 4), receiveAll(wire));
        assertEquals(Agent.NO_DEADLINE, faulty.nextDeadlineNs());
    }

    @Test
    void shouldLoseAboutAsManyAsTold() {
        faulty.faults(Faults.NONE.withLossPpm(100_000));
        send(wire, 5000);
        long lost = 5000 - receiveAll(wire).size();
        assertEquals(lost, faulty.faultCounters().value(FaultCounter.LOST));
        assertEquals(500, lost, 100);
    }

    @Test
    void shouldStopWhenFaultsAreTakenBack() {
        faulty.faults(Faults.NONE.withLossPpm(ALL));
        send(wire, 5);
        assertEquals(List.of(), receiveAll(wire));
        faulty.faults(Faults.NONE);
        send(wire, 2);
        assertEquals(List.of(0, 1), receiveAll(wire));
    }

    @Test
    void shouldDeliverTwice() {
        faulty.faults(Faults.NONE.withDuplicationPpm(ALL));
        send(wire, 2);
        assertEquals(List.of(0, 0, 1, 1), receiveAll(wire));
    }

    @Test
    void shouldDeliverWhenTheTimeHasComeAcrossTheWrapOfTheClock() {
        faulty.faults(Faults.NONE.withDelayNs(10_000));
        send(wire, 1);
        assertFalse(wire.receive());
        assertEquals(10_000, faulty.nextDeadlineNs() - clock.nanoTime());
        clock.advance(9_999);
        assertFalse(wire.receive());
        clock.advance(1);
        assertTrue(wire.receive());
    }

    @Test
    void shouldLetLaterFramesOvertake() {
        faulty.faults(Faults.NONE.withJitter(ALL / 2, 1_000));
        send(wire, 100);
        List<Integer> sequences = receiveAll(wire);
        clock.advance(1_000);
        sequences.addAll(receiveAll(wire));
        assertEquals(100, sequences.size());
        assertNotEquals(sequences.stream().sorted().toList(), sequences);
    }

    @Test
    void shouldCorruptOnlyWhatAChecksumDetects() {
        faulty.faults(Faults.NONE.withCorruptionPpm(ALL));
        sendData(3000);
        int invalid = countInvalid();
        // Of 1514 bytes, 14 are the Ethernet header, which has no checksum of its own here.
        assertEquals(3000, faulty.faultCounters().value(FaultCounter.CORRUPTED));
        assertTrue(invalid >= 2930, invalid + " of 3000");
    }

    private void sendData(int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(wire.send(i * 1448L, 1448));
        }
    }

    @Test
    void shouldCutOffTheEnd() {
        faulty.faults(Faults.NONE.withTruncationPpm(ALL));
        sendData(200);
        assertEquals(200, countInvalid());
    }

    @Test
    void shouldReplayOldFrames() {
        send(wire, 50);
        receiveAll(wire);
        faulty.faults(Faults.NONE.withReplayPpm(ALL));
        send(wire, 20);
        List<Integer> sequences = receiveAll(wire);
        assertEquals(40, sequences.size());
        assertTrue(sequences.stream().anyMatch(s -> s > 20), sequences.toString());
    }

    @Test
    void shouldDoTheSameWithTheSameSeed() {
        assertEquals(run(7), run(7));
        assertNotEquals(run(7), run(8));
    }

    private List<Integer> run(long seed) {
        ManualClock time = new ManualClock(0);
        MemoryLink left = MemoryLink.pair(new Options(1500, Segmentation.CUT, 1000));
        FaultyLink right = new FaultyLink(left.peer(), time, seed);
        right.faults(
                Faults.NONE
                        .withLossPpm(200_000)
                        .withDuplicationPpm(100_000)
                        .withReplayPpm(100_000)
                        .withJitter(300_000, 500));
        List<Integer> sequences;
        try (LinkFixture fixture = LinkFixture.over(left, right)) {
            send(fixture, 200);
            sequences = receiveAll(fixture);
            time.advance(500);
            sequences.addAll(receiveAll(fixture));
        }
        right.close();
        left.close();
        return sequences;
    }
}
