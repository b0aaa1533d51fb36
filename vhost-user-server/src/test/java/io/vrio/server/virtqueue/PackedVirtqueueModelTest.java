// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A driver and a device do anything in any order, and the server ends without a word now and then:
 * each chain is taken as it was offered, comes back once and in the order of its end, nobody sleeps
 * while there is something to do.
 */
final class PackedVirtqueueModelTest {
    private static final int STEPS = 400;
    private static final int SEEDS = 60;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldLoseAndRepeatNothing(long part) throws Exception {
        for (long seed = part * 1000; seed < part * 1000 + SEEDS; seed++) {
            try (Model model = new Model(seed)) {
                model.run();
            }
        }
    }

    private static final class Model implements AutoCloseable {
        private final Random random;
        private final String name;
        private final int size;
        private final GuestRam ram = new GuestRam(1 << 16, 0, 0x7000_0000_0000L);
        private final GuestRam kept = new GuestRam(4096, 0, 0);
        private final GuestMemory memory = new GuestMemory();
        private final DescriptorChain chain = new DescriptorChain();
        private final PackedGuestDriver driver;
        private final long features;
        private final long table;

        /** Offered and not taken; taken; given back and not seen: buffer ids. */
        private final ArrayDeque<Integer> offered = new ArrayDeque<>();

        private final List<Integer> taken = new ArrayList<>();
        private final ArrayDeque<Used> ended = new ArrayDeque<>();
        private final ArrayDeque<Used> published = new ArrayDeque<>();

        /** By buffer id: what the chain looks like. */
        private final int[] readableLengths;

        private final int[] writableLengths;
        private PackedVirtqueue queue;

        Model(long seed) {
            random = new Random(seed);
            name = "seed " + seed;
            size = 1 + random.nextInt(20);
            readableLengths = new int[size];
            writableLengths = new int[size];
            features = RingFeatures.ALL & (random.nextBoolean() ? -1L : ~RingFeatures.EVENT_IDX);
            memory.add(ram.region(), ram.fd());
            driver = new PackedGuestDriver(ram, size, features);
            driver.startAt(random.nextInt(4 * size));
            table = ram.mark();
            serve();
        }

        private void serve() {
            PackedInFlightLog log =
                    new PackedInFlightLog(
                            kept.slice().slice(0, PackedInFlightLog.length(size)), size);
            queue = new PackedVirtqueue(memory, driver.layout(), features, log);
        }

        void run() throws MalformedChainException {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            end();
        }

        private void step() throws MalformedChainException {
            switch (random.nextInt(8)) {
                case 0, 1 -> offer();
                case 2 -> take();
                case 3 -> push();
                case 4 -> publish();
                case 5 -> see();
                case 6 -> putBack();
                default -> restartRarely();
            }
        }

        private void offer() {
            int readables = random.nextInt(3);
            int writables = random.nextInt(3) + (readables == 0 ? 1 : 0);
            if (driver.freeCount() < readables + writables) {
                return;
            }
            List<Buffer> buffers = new ArrayList<>();
            int readable = add(buffers, readables, false);
            int writable = add(buffers, writables, true);
            ram.freeTo(table);
            boolean isAlone = offered.isEmpty() && taken.isEmpty() && ended.isEmpty();
            boolean isIndirect = isAlone && random.nextBoolean();
            int id = isIndirect ? driver.offerIndirect(buffers) : driver.offer(buffers);
            readableLengths[id] = readable;
            writableLengths[id] = writable;
            offered.add(id);
        }

        private int add(List<Buffer> target, int count, boolean isWritable) {
            int length = 0;
            for (int i = 0; i < count; i++) {
                int part = 1 + random.nextInt(50);
                target.add(new Buffer(0x100, part, isWritable));
                length += part;
            }
            return length;
        }

        private void take() throws MalformedChainException {
            assertEquals(!offered.isEmpty(), queue.isChainAvailable(), name);
            assertEquals(!offered.isEmpty(), queue.poll(chain), name);
            if (!offered.isEmpty()) {
                int id = offered.remove();
                assertEquals(id, chain.headIndex(), name);
                assertEquals(readableLengths[id], chain.readable().length(), name);
                assertEquals(writableLengths[id], chain.writable().length(), name);
                taken.add(id);
            }
        }

        private void push() {
            if (!taken.isEmpty()) {
                int id = taken.remove(random.nextInt(taken.size()));
                int length = random.nextInt();
                queue.push(id, length);
                ended.add(new Used(id, length));
            }
        }

        private void publish() {
            queue.publish();
            published.addAll(ended);
            ended.clear();
        }

        private void see() {
            Used expected = published.poll();
            assertEquals(expected, driver.takeUsed(), name);
        }

        /** Some of those that were taken last, if nothing has ended since. */
        private void putBack() throws MalformedChainException {
            int first = taken.size();
            int count = random.nextInt(3);
            for (int i = 0; i < count; i++) {
                take();
            }
            while (taken.size() > first) {
                int id = taken.remove(taken.size() - 1);
                queue.putBack(id);
                offered.addFirst(id);
            }
            boolean isMore = queue.requestKicks();
            assertEquals(!offered.isEmpty(), isMore, name);
        }

        /** What was not published was not done; all that is not done is taken again, in order. */
        private void restartRarely() throws MalformedChainException {
            if (random.nextInt(4) > 0) {
                return;
            }
            ended.clear();
            serve();
            List<Integer> again = new ArrayList<>();
            while (queue.poll(chain)) {
                again.add(chain.headIndex());
                int id = chain.headIndex();
                assertEquals(readableLengths[id], chain.readable().length(), name);
                assertEquals(writableLengths[id], chain.writable().length(), name);
            }
            assertEquals(queue.inFlight(), again.size(), name);
            assertTrue(again.containsAll(taken), name);
            assertTrue(again.containsAll(offered), name);
            taken.clear();
            taken.addAll(again);
            offered.clear();
        }

        private void end() throws MalformedChainException {
            while (!offered.isEmpty()) {
                take();
            }
            assertFalse(queue.poll(chain), name);
            while (!taken.isEmpty()) {
                push();
            }
            publish();
            while (!published.isEmpty()) {
                see();
            }
            assertEquals(size, driver.freeCount(), name);
            assertEquals(driver.layout().base(), queue.base(), name);
        }

        @Override
        public void close() {
            chain.close();
            memory.close();
            kept.close();
            ram.close();
        }
    }
}
