// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import java.io.ByteArrayOutputStream;

/** Puts the receive buffers of one queue together to frames, and has those judged. */
final class FrameParts {
    private static final int BUFFER_COUNT = 10;

    private final NetScenario.Queues plan;
    private final int receiver;
    private final int pair;
    private final FrameLedger ledger;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private FrameDescription description;
    private int buffersLeft;
    private long framesGot;

    FrameParts(NetScenario.Queues plan, int receiver, int pair, FrameLedger ledger) {
        this.plan = plan;
        this.receiver = receiver;
        this.pair = pair;
        this.ledger = ledger;
    }

    long framesGot() {
        return framesGot;
    }

    /** The device has filled a buffer. */
    void onUsed(NetBuffer buffer, int usedLength) {
        byte[] content = read(buffer.memory.writable(), usedLength);
        int from = 0;
        if (buffersLeft == 0) {
            from = begin(content);
        }
        bytes.write(content, from, content.length - from);
        buffersLeft--;
        if (buffersLeft == 0) {
            framesGot++;
            ledger.onDelivered(receiver, pair, description, bytes.toByteArray());
        }
    }

    private int begin(byte[] content) {
        int length = plan.headerLength();
        if (content.length <= length) {
            throw new AssertionError("a receive buffer was given back with " + content.length);
        }
        bytes.reset();
        description = FrameDescription.read(content);
        boolean isCounted = length > BUFFER_COUNT;
        buffersLeft = isCounted ? content[BUFFER_COUNT] & 0xFF : 1;
        boolean isPossible = plan.isMergeable() ? buffersLeft > 0 : buffersLeft == 1;
        if (!isPossible) {
            throw new AssertionError("a frame in " + buffersLeft + " buffers");
        }
        return length;
    }

    private static byte[] read(SliceList source, int length) {
        byte[] content = new byte[length];
        try (NativeBuffer copy = new NativeBuffer(Math.max(1, length))) {
            source.copyTo(0, copy.slice(), 0, length);
            copy.slice().getBytes(0, content, 0, length);
        }
        return content;
    }

    /** The driver starts anew. */
    void reset() {
        buffersLeft = 0;
    }
}
