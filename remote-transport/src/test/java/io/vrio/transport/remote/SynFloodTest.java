// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.counter.Counters;
import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.LinkCounter;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Strangers by the hundred thousand, each from another address: nothing is kept of any. */
final class SynFloodTest {
    private static final int SYNS = 100_000;
    private static final int BUFFERS = 256;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final Endpoint local = new Endpoint(2, IpAddress.parse("10.0.0.2"), 8746);
    private final Flood flood = new Flood(local);
    private final PresharedKey key = new PresharedKey(new byte[PresharedKey.LENGTH]);
    private final IohypEndpoint endpoint =
            new IohypEndpoint(
                    new EndpointOptions(local, 7, 1500, 2_000_000_000L, Optional.of(name -> key)),
                    flood,
                    new Catalogs((disk, claimant, answer) -> {}, (nic, server, epoch) -> null),
                    clock,
                    buffers,
                    new SplittableRandom(1));

    /** A link on which there is always one more frame of somebody new. Makes no garbage. */
    private static final class Flood implements Link {
        private static final int IP_CHECKSUM = 34;
        private static final int IP_SOURCE = 36;
        private static final int TCP_SOURCE = 44;

        private final NativeBuffer memory = new NativeBuffer(256);
        private final MemorySlice frame = memory.slice();
        private final Counters<LinkCounter> counters = new Counters<>(LinkCounter.class);
        private int frameLength;
        private int waiting;
        private int count;
        private long answers;
        private long answerBytes;

        Flood(Endpoint target) {
            Endpoint source = new Endpoint(3, IpAddress.parse("10.0.0.3"), 40_000);
            frameLength = new FrameWriter(source, target, 1500).writeSyn(frame, 77, 65535);
        }

        /** Instead of SYNs: data of somebody who was not invited. */
        void sendData(Endpoint target) {
            Endpoint source = new Endpoint(3, IpAddress.parse("10.0.0.3"), 40_000);
            frameLength = new FrameWriter(source, target, 1500).writeData(frame, 77, 5, 0, 60) + 60;
        }

        void begin(int frames) {
            waiting = frames;
        }

        @Override
        public int mtu() {
            return 1500;
        }

        @Override
        public long hardwareAddress() {
            return 2;
        }

        @Override
        public boolean send(
                MemorySlice headers,
                int headersLength,
                SliceList payload,
                long payloadOffset,
                int payloadLength) {
            answers++;
            answerBytes += headersLength + payloadLength;
            return true;
        }

        @Override
        public int receive(MemorySlice buffer) {
            if (waiting == 0) {
                return 0;
            }
            waiting--;
            count++;
            frame.putIntBigEndian(IP_SOURCE, count * 0x9E3779B1);
            frame.putShortBigEndian(TCP_SOURCE, 1024 + count % 60_000);
            frame.putShortBigEndian(IP_CHECKSUM, 0);
            int sum = InternetChecksum.sum(frame, 24, 20);
            frame.putShortBigEndian(IP_CHECKSUM, InternetChecksum.complement(sum));
            frame.copyTo(0, buffer, 0, frameLength);
            return frameLength;
        }

        @Override
        public int descriptor() {
            return -1;
        }

        @Override
        public Counters<LinkCounter> counters() {
            return counters;
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    @AfterEach
    void close() {
        endpoint.close();
        flood.close();
        buffers.close();
    }

    /** Bytes of garbage that so many frames make. */
    private long garbage(int frames) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        flood.begin(frames);
        long before = threads.getThreadAllocatedBytes(thread);
        while (flood.waiting > 0) {
            endpoint.doWork();
        }
        return threads.getThreadAllocatedBytes(thread) - before;
    }

    private void assertNothingKept() {
        assertEquals(BUFFERS, buffers.available());
        assertEquals(0, endpoint.peers().size());
    }

    @Test
    void shouldAllocateNothingForSyns() {
        garbage(SYNS / 2);
        flood.answers = 0;
        flood.answerBytes = 0;
        long garbage = garbage(SYNS);

        assertTrue(garbage < SYNS / 10, garbage + " bytes for " + SYNS + " SYNs");
        assertNothingKept();
        assertEquals(SYNS, flood.answers);
        assertEquals((long) SYNS * FrameHeader.SYN_LENGTH, flood.answerBytes);
    }

    @Test
    void shouldAllocateNothingForDataOfStrangers() {
        flood.sendData(local);
        garbage(SYNS / 2);
        flood.answers = 0;
        long garbage = garbage(SYNS);

        assertTrue(garbage < SYNS / 10, garbage + " bytes for " + SYNS + " frames");
        assertNothingKept();
        assertEquals(0, flood.answers, "RSTs beyond the limit");
    }
}
