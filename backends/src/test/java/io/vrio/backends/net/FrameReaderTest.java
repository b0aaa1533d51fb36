// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Agent;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
    private static final int DESCRIPTOR = 7;
    private static final long KEPT_NS = TimeUnit.SECONDS.toNanos(1);

    private final NativeBuffer memory = new NativeBuffer(1 << 16);
    private final SteppedWorker worker = new SteppedWorker();
    private final Source source = new Source();
    private final Sink sink = new Sink();
    private final FrameReader reader = new FrameReader("test", worker, source, sink);

    @AfterEach
    void close() {
        reader.end();
        memory.close();
    }

    /** Has frames of ever growing length. */
    private final class Source implements FrameFile {
        private int left;
        private int length = 100;
        private int growth = 1;
        private int errno = Linux.EAGAIN;
        private int calls;

        @Override
        public int descriptor() {
            return DESCRIPTOR;
        }

        @Override
        public long begin(NetFrame frame) {
            throw new IllegalStateException("not needed to read");
        }

        @Override
        public long send(NetFrame frame) {
            throw new IllegalStateException("not needed to read");
        }

        @Override
        public long receive(NetFrame frame) {
            calls++;
            if (left == 0) {
                return -errno;
            }
            left--;
            frame.begin(0).data().add(memory.slice(), 0, length);
            length += growth;
            return frame.length();
        }

        @Override
        public boolean canCutUdp() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class Sink implements FrameReader.Target {
        private final List<Integer> lengths = new ArrayList<>();
        private final List<Integer> errors = new ArrayList<>();
        private boolean isFull;
        private boolean goesOn = true;
        private int expired;

        @Override
        public boolean deliver(NetFrame frame) {
            if (!isFull) {
                lengths.add(frame.length());
            }
            return !isFull;
        }

        @Override
        public void onExpired() {
            expired++;
        }

        @Override
        public boolean onReadError(int errno) {
            errors.add(errno);
            return goesOn;
        }
    }

    @Test
    void shouldReadABoundedNumberOfFramesInADutyCycle() {
        source.left = 100;
        assertEquals(64, worker.step());
        assertEquals(36, worker.step());
        assertEquals(0, worker.step());
    }

    @Test
    void shouldReadABoundedNumberOfBytesInADutyCycle() {
        source.left = 100;
        source.length = 1 << 16;
        source.growth = 0;
        assertEquals(8, worker.step());
    }

    @Test
    void shouldOfferTheRefusedFrameFirst() {
        source.left = 3;
        sink.isFull = true;
        worker.step();
        assertEquals(1, source.calls);
        sink.isFull = false;
        worker.step();
        assertEquals(List.of(100, 101, 102), sink.lengths);
    }

    @Test
    void shouldNotBeWokenWhileAFrameIsKept() {
        source.left = 2;
        sink.isFull = true;
        worker.step();
        worker.prepareToBlock();
        assertEquals(0, worker.watchedCount());
        sink.isFull = false;
        worker.step();
        assertEquals(1, worker.watchedCount());
    }

    @Test
    void shouldAskToBeWokenWhenTheKeptFrameExpires() {
        assertEquals(Agent.NO_DEADLINE, reader.deadlineNs());
        source.left = 1;
        sink.isFull = true;
        worker.clock().advance(5);
        worker.step();
        assertEquals(5 + KEPT_NS, reader.deadlineNs());
    }

    @Test
    void shouldDropWhatIsRefusedOnceAFrameHasExpired() {
        source.left = 10;
        sink.isFull = true;
        worker.step();
        worker.clock().advance(KEPT_NS - 1);
        worker.step();
        assertEquals(0, sink.expired);
        worker.clock().advance(1);
        worker.step();
        assertEquals(10, sink.expired);
        assertEquals(0, source.left);
    }

    @Test
    void shouldKeepFramesAgainOnceOneWasTaken() {
        source.left = 1;
        sink.isFull = true;
        worker.step();
        worker.clock().advance(KEPT_NS);
        worker.step();
        source.left = 1;
        sink.isFull = false;
        worker.step();
        source.left = 1;
        sink.isFull = true;
        worker.step();
        assertEquals(1, sink.expired);
        assertEquals(List.of(101), sink.lengths);
        sink.isFull = false;
        worker.step();
        assertEquals(List.of(101, 102), sink.lengths);
    }

    @Test
    void shouldLookLessOftenAtAQuietSocket() {
        for (int i = 0; i < 300; i++) {
            reader.doWork();
        }
        int before = source.calls;
        for (int i = 0; i < 160; i++) {
            reader.doWork();
        }
        assertEquals(10, source.calls - before);
    }

    @Test
    void shouldGoOnAfterAnErrorThatPasses() {
        source.errno = Linux.ENETDOWN;
        worker.step();
        source.left = 1;
        worker.step();
        assertEquals(List.of(100), sink.lengths);
        assertTrue(sink.errors.contains(Linux.ENETDOWN));
    }

    @Test
    void shouldEndAfterOneThatDoesNot() {
        source.errno = Linux.EBADFD;
        sink.goesOn = false;
        worker.step();
        assertEquals(0, worker.watchedCount());
        assertEquals(List.of(Linux.EBADFD), sink.errors);
        source.left = 1;
        worker.step();
        assertTrue(sink.lengths.isEmpty());
        assertFalse(source.left == 0);
    }
}
