// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;
import io.vrio.common.memory.NativeBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ShortCircuitTest {
    private static final long A = 0x52_54_00_00_00_0AL;
    private static final long B = 0x52_54_00_00_00_0BL;
    private static final long BROADCAST = 0xFF_FF_FF_FF_FF_FFL;
    private static final int IPV4 = 0x0800;
    private static final int VLAN = 0x8100;

    private final ManualClock clock = new ManualClock(0);
    private final ShortCircuit circuit = new ShortCircuit(clock);
    private final NativeBuffer memory = new NativeBuffer(1 << 16);
    private final NetFrame frame = new NetFrame();
    private final RecordingNic nicA = new RecordingNic(A, "lan 1");
    private final RecordingNic nicB = new RecordingNic(B, "lan 1");
    private final RecordingPort guestB = new RecordingPort();
    private ShortCircuitNic cardA;
    private ShortCircuitNic cardB;

    /** Remembers what it was offered. */
    private static final class RecordingPort implements NetPort {
        private final List<Integer> lengths = new ArrayList<>();
        private boolean isFull;
        private int firstByte;

        @Override
        public boolean offer(NetFrame frame) {
            if (isFull) {
                return false;
            }
            lengths.add(frame.length());
            try (NativeBuffer copy = new NativeBuffer(frame.length())) {
                frame.data().copyTo(0, copy.slice(), 0, frame.length());
                firstByte = copy.slice().getUnsignedByte(0);
            }
            return true;
        }
    }

    /** A card of the I/O host. */
    private static final class RecordingNic implements Nic {
        private final RecordingPort wire = new RecordingPort();
        private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
        private NicProperties properties;
        private Runnable listener;

        RecordingNic(long mac, String broadcastDomain) {
            properties = new NicProperties(mac, 1500, true, broadcastDomain);
        }

        void become(NicProperties newProperties) {
            properties = newProperties;
            listener.run();
        }

        @Override
        public NicProperties properties() {
            return properties;
        }

        @Override
        public NetPort port() {
            return wire;
        }

        @Override
        public void connect(NetPort guest) {}

        @Override
        public void onPropertiesChange(Runnable newListener) {
            listener = newListener;
        }

        @Override
        public Counters<NetDrop> drops() {
            return drops;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void join() {
        cardA = circuit.join(nicA);
        cardB = circuit.join(nicB);
        cardB.connect(guestB);
    }

    @AfterEach
    void close() {
        memory.close();
    }

    private NetFrame frame(long target, long source, int type) {
        memory.slice().putLongBigEndian(0, target << 16);
        memory.slice().putLongBigEndian(6, source << 16);
        memory.slice().putShortBigEndian(12, type);
        frame.begin(0).data().add(memory.slice(), 0, 100);
        return frame;
    }

    private boolean crossesTheWire(NetFrame offered) {
        int before = nicA.wire.lengths.size();
        assertTrue(cardA.offer(offered));
        return nicA.wire.lengths.size() > before;
    }

    @Test
    void shouldHandAFrameToTheNeighbour() {
        assertFalse(crossesTheWire(frame(B, A, IPV4)));

        assertEquals(List.of(100), guestB.lengths);
        assertEquals(0x52, guestB.firstByte);
        assertEquals(1, cardA.counters().value(ShortCircuitCounter.SHORT_CIRCUIT_FRAMES));
    }

    @Test
    void shouldLetBroadcastsCrossTheWire() {
        assertTrue(crossesTheWire(frame(BROADCAST, A, IPV4)));
    }

    @Test
    void shouldLetFramesForStrangersCrossTheWire() {
        assertTrue(crossesTheWire(frame(B + 1, A, IPV4)));
    }

    @Test
    void shouldLeaveAForgedSourceAddressToTheIoHost() {
        assertTrue(crossesTheWire(frame(B, A + 7, IPV4)));
    }

    @Test
    void shouldLeaveTaggedFramesToTheIoHost() {
        assertTrue(crossesTheWire(frame(B, A, VLAN)));
    }

    @Test
    void shouldNotJoinBroadcastDomains() {
        nicB.become(new NicProperties(B, 1500, true, "lan 2"));

        assertTrue(crossesTheWire(frame(B, A, IPV4)));
    }

    @Test
    void shouldNotJoinCardsWhosePolicyDoesNotAllowIt() {
        nicA.become(new NicProperties(A, 1500, true, ""));
        nicB.become(new NicProperties(B, 1500, true, ""));

        assertTrue(crossesTheWire(frame(B, A, IPV4)));
    }

    @Test
    void shouldCrossTheWireOnceTheNeighbourHasLeft() {
        cardB.close();

        assertTrue(crossesTheWire(frame(B, A, IPV4)));
    }

    @Test
    void shouldCrossTheWireWhileTheNeighboursLinkIsDown() {
        nicB.become(nicB.properties().withLink(false));

        assertTrue(crossesTheWire(frame(B, A, IPV4)));
    }

    @Test
    void shouldLeaveWhatTheNeighboursMtuForbidsToTheIoHost() {
        nicB.become(new NicProperties(B, 68, true, "lan 1"));

        assertTrue(crossesTheWire(frame(B, A, IPV4)));
    }

    @Test
    void shouldWaitForANeighbourWithoutBuffers() {
        guestB.isFull = true;

        assertFalse(cardA.offer(frame(B, A, IPV4)));
    }

    @Test
    void shouldDropForANeighbourThatDoesNotTakeFramesAtAll() {
        guestB.isFull = true;
        cardA.offer(frame(B, A, IPV4));
        clock.advance(ShortCircuitNic.PATIENCE_NS);

        assertTrue(cardA.offer(frame(B, A, IPV4)));
        assertEquals(1, nicB.drops.value(NetDrop.NO_BUFFERS));
    }

    @Test
    void shouldFindEachOfManyCards() {
        for (int i = 0; i < 200; i++) {
            circuit.join(new RecordingNic(B + 1 + i, "lan 1"));
        }

        for (int i = 0; i < 200; i++) {
            assertEquals(B + 1 + i, circuit.find(B + 1 + i, "lan 1").properties().mac());
        }
    }
}
