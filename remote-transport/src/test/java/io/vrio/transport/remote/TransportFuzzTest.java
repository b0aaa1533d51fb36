// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.message.MessageKind;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Frames that are wrong or nearly right, sent by who has been let in, against both ends of an
 * association. Nothing is thrown out of the duty cycle, no buffer is lost, and others are served.
 * More with {@code -Dvrio.fuzz.inputs} and {@code -Dvrio.fuzz.seeds}; one seed: {@code
 * -Dvrio.seed}.
 */
final class TransportFuzzTest {
    private static final int INPUTS = Integer.getInteger("vrio.fuzz.inputs", 25_000);
    private static final int SEEDS = 4;

    private static LongStream seeds() {
        Long one = Long.getLong("vrio.seed");
        return one != null
                ? LongStream.of(one)
                : LongStream.rangeClosed(1, Long.getLong("vrio.fuzz.seeds", SEEDS));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldServeOthersWhateverAServerSends(long seed) {
        FrameMutator mutator = new FrameMutator(seed);
        try (EndpointFixture fixture = new EndpointFixture()) {
            RawEnd witness = fixture.attached(40_000);
            RawEnd attacker = fixture.server(50_000);
            for (int i = 0; i < INPUTS / SEEDS; i++) {
                if (fixture.endpoint.peers().size() < 2) {
                    letIn(fixture, attacker, i);
                }
                step(fixture, mutator, attacker, "seed " + seed + " input " + i);
                if (i % 50 == 0) {
                    fixture.catalog.endHeld(IoStatus.OK);
                    assertServed(fixture, witness, i);
                }
            }
            attacker.sendFin();
            fixture.pass(witness, 1000 * EndpointFixture.MS);
            witness.acknowledge();
            fixture.pass(witness, 1500 * EndpointFixture.MS);
            witness.acknowledge();
            fixture.exchange(witness);
            fixture.catalog.endHeld(IoStatus.OK);

            assertEquals(1, fixture.endpoint.peers().size());
            assertEquals(0, fixture.endpoint.counters().value(EndpointCounter.FAULTS));
            long broken = fixture.endpoint.counters().value(EndpointCounter.PROTOCOL_ERRORS);
            assertTrue(broken > INPUTS / SEEDS / 10, "only " + broken + " were taken for wrong");
            assertTrue(fixture.nic.takenCount() > 0, "no frame was ever right");
            witness.sendFin();
            fixture.exchange(witness);
            assertEquals(0, fixture.endpoint.peers().size());
            assertEquals(EndpointFixture.BUFFERS, fixture.buffers.available());
        }
    }

    private static void letIn(EndpointFixture fixture, RawEnd attacker, int i) {
        attacker.sendSyn(1_000_000 + 7919 * i);
        fixture.exchange(attacker);
        attacker.begin().addControl(EndpointFixture.hello("attacker", 1)).send();
        fixture.exchange(attacker);
        attacker.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        attacker.control("{\"type\":\"attach-nic\",\"flow\":2,\"nic\":\"nic\"}");
        fixture.exchange(attacker);
        attacker.takeSegments();
    }

    private static void step(
            EndpointFixture fixture, FrameMutator mutator, RawEnd attacker, String where) {
        try {
            mutator.send(attacker);
            fixture.clock.advance(10_000);
            fixture.exchange(attacker);
            attacker.takeSegments();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(where + ", " + mutator.last(), e);
        }
    }

    private static void assertServed(EndpointFixture fixture, RawEnd witness, int i) {
        int id = 1_000_000 + i;
        byte[] request = EndpointFixture.request(BlockRequestKind.READ, 0, 4096, 0);
        EndpointFixture.sendRequest(witness, id, request);
        boolean isServed = false;
        for (int round = 0; round < 50 && !isServed; round++) {
            fixture.clock.advance(10_000);
            fixture.exchange(witness);
            isServed = witness.takeSegments().stream().anyMatch(s -> s.id() == id);
        }
        assertTrue(isServed, "the witness was not served after input " + i);
        witness.acknowledge();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldEndEachRequestOnceWhateverAnIohypSends(long seed) {
        FrameMutator mutator = new FrameMutator(seed);
        try (PeerFixture fixture = new PeerFixture()) {
            RemoteDisk disk = fixture.peer.openDisk("disk");
            RemoteNic nic = fixture.peer.openNic("nic");
            SimulatedNic guest = new SimulatedNic();
            nic.connect(guest);
            int submitted = 0;
            for (int i = 0; i < INPUTS / SEEDS; i++) {
                if (fixture.state() != PeerState.ESTABLISHED) {
                    meet(fixture);
                }
                if (disk.underWay() < 8) {
                    fixture.submit(disk, BlockRequestKind.READ, 512L * (i % 100));
                    submitted++;
                }
                step(fixture, mutator, "seed " + seed + " input " + i);
            }
            disk.abandonRequests();

            assertEquals(submitted, fixture.ended.size());
            assertTrue(guest.takenCount() > 0, "no frame was ever right");
            nic.close();
            guest.close();
            fixture.peer.close();
            assertEquals(PeerFixture.BUFFERS, fixture.buffers.available());
        }
    }

    private static void meet(PeerFixture fixture) {
        // It may have been sent to another port, where nobody is.
        while (!fixture.isWanted()) {
            fixture.clock.advance(200 * PeerFixture.MS);
            fixture.exchange();
        }
        fixture.establish();
        fixture.attach(1, 1);
        fixture.iohyp.control(
                "{\"type\":\"nic-attached\",\"flow\":2,\"properties\":{\"mac\":0,\"mtu\":1500,"
                        + "\"isLinkUp\":true,\"broadcastDomain\":\"\"}}");
        fixture.exchange();
    }

    private static void step(PeerFixture fixture, FrameMutator mutator, String where) {
        try {
            fixture.exchange();
            answerOne(fixture);
            mutator.send(fixture.iohyp);
            fixture.clock.advance(10_000);
            fixture.exchange();
            assertFalse(String.valueOf(fixture.reason()).contains("fault of this program"));
        } catch (RuntimeException | Error e) {
            throw new AssertionError(where + ", " + mutator.last(), e);
        }
    }

    /** Now and then a right answer, so that requests come and go. */
    private static void answerOne(PeerFixture fixture) {
        for (RawEnd.Segment request : fixture.takeRequests()) {
            if (request.id() % 3 == 0) {
                byte[] answer = new byte[BlockMessage.RESPONSE_LENGTH + 512];
                fixture.iohyp.send(MessageKind.RESPONSE, request.flow(), request.id(), answer);
            }
        }
    }
}
