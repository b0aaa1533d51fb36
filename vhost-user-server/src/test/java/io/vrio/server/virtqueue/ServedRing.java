// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import java.util.Collections;

/** A fixture: a virtqueue of either format with its driver, in a guest's memory of 1 MiB. */
final class ServedRing implements AutoCloseable {
    static final long RAM = 0x4000_0000L;
    static final int RAM_LENGTH = 1 << 20;
    static final int SIZE = 8;

    final GuestRam ram = new GuestRam(RAM_LENGTH, RAM, 0x7000_0000_0000L);
    final GuestMemory memory = new GuestMemory();
    final DescriptorChain chain = new DescriptorChain();
    final RingDriver driver;
    final Virtqueue queue;

    private ServedRing(long features) {
        memory.add(ram.region(), ram.fd());
        driver = RingDriver.of(ram, SIZE, features);
        queue = RingFormat.open(memory, driver.layout(), features);
    }

    /** With all that rings have. */
    static ServedRing of(RingFormat format) {
        return new ServedRing(features(format, RingFeatures.SPLIT));
    }

    /** With neither event index nor indirect tables. */
    static ServedRing plain(RingFormat format) {
        return new ServedRing(features(format, RingFeatures.VERSION_1));
    }

    private static long features(RingFormat format, long features) {
        return switch (format) {
            case SPLIT -> features;
            case PACKED -> features | RingFeatures.PACKED;
        };
    }

    Buffer readable(int length) {
        return new Buffer(ram.allocate(length, 1), length, false);
    }

    Buffer writable(int length) {
        return new Buffer(ram.allocate(length, 1), length, true);
    }

    /** Offers a chain of so many descriptors of one byte; returns its head index. */
    int offer(int descriptors) {
        return driver.offer(Collections.nCopies(descriptors, writable(1)));
    }

    /** Takes the next chain, which must be there; returns its head index. */
    int take() throws MalformedChainException {
        assertTrue(queue.poll(chain));
        return chain.headIndex();
    }

    /** Takes one chain and pushes it. */
    void takeAndPush() throws MalformedChainException {
        queue.push(take(), 1);
    }

    @Override
    public void close() {
        chain.close();
        memory.close();
        ram.close();
    }
}
