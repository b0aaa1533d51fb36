// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Frames that somebody has recorded: of handshakes and ends the last ones, of all others some of
 * any age, so that one of the first association is still there when the last one ends.
 */
final class FrameArchive {
    /** Limit: frames with SYN, FIN or RST, and the first with data after each SYN. */
    private static final int HANDSHAKES_MAX = 64;

    /** Limit: frames with data; a new one takes the place of any, ever less often. */
    private static final int OTHERS_MAX = 192;

    /** Limit: longer frames are not recorded. */
    private static final int LENGTH_MAX = 16 << 10;

    /** Frames after a SYN, SYN-ACK, FIN or RST that are part of the handshake as well. */
    private static final int AFTER_HANDSHAKE = 4;

    private static final int TCP_FLAGS = 57;
    private static final int SYN_FIN_RST = 7;

    private final List<byte[]> handshakes = new ArrayList<>();
    private final List<byte[]> others = new ArrayList<>();
    private final SplittableRandom random;
    private int oldestHandshake;
    private int handshakeFramesLeft;
    private long othersSeen;

    FrameArchive(SplittableRandom random) {
        this.random = random;
    }

    void add(byte[] frame) {
        if (frame.length <= TCP_FLAGS || frame.length > LENGTH_MAX) {
            return;
        }
        if ((frame[TCP_FLAGS] & SYN_FIN_RST) != 0) {
            handshakeFramesLeft = AFTER_HANDSHAKE;
            addHandshake(frame);
        } else if (handshakeFramesLeft > 0) {
            handshakeFramesLeft--;
            addHandshake(frame);
        } else {
            addOther(frame);
        }
    }

    private void addHandshake(byte[] frame) {
        if (handshakes.size() < HANDSHAKES_MAX) {
            handshakes.add(frame);
        } else {
            handshakes.set(oldestHandshake++ % HANDSHAKES_MAX, frame);
        }
    }

    /** Every frame so far is as likely to be here as every other one. */
    private void addOther(byte[] frame) {
        othersSeen++;
        if (others.size() < OTHERS_MAX) {
            others.add(frame);
        } else {
            long place = random.nextLong(othersSeen);
            if (place < OTHERS_MAX) {
                others.set((int) place, frame);
            }
        }
    }

    boolean isEmpty() {
        return handshakes.isEmpty() && others.isEmpty();
    }

    /** One of them; not to be changed. */
    byte[] any() {
        boolean isHandshake = others.isEmpty() || !handshakes.isEmpty() && random.nextBoolean();
        List<byte[]> chosen = isHandshake ? handshakes : others;
        return chosen.get(random.nextInt(chosen.size()));
    }
}
