// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.wire.FrameHeader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Sends through an end made of bytes what a fuzzer's input says, a frame at a time. */
final class FrameScript {
    /** Limit: frames of one input. */
    private static final int FRAMES_MAX = 24;

    private static final int CONTENT_MAX = 1024;

    private final RawEnd end;

    FrameScript(RawEnd end) {
        this.end = end;
    }

    /** One input for each kind of message and way of sending. */
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (MessageKind kind : MessageKind.values()) {
            for (int way = 0; way < 4; way++) {
                seeds.add(segment(way, kind, new byte[] {0, 0, 0, 1}));
            }
            seeds.add(segment(0, kind, new byte[32]));
        }
        for (String text : ProtocolDocument.controlMessages()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream seed = new ByteArrayOutputStream();
            seed.writeBytes(new byte[] {4, (byte) (bytes.length >> 8), (byte) bytes.length});
            seed.writeBytes(bytes);
            seeds.add(seed.toByteArray());
        }
        return seeds;
    }

    private static byte[] segment(int way, MessageKind kind, byte[] content) {
        ByteArrayOutputStream seed = new ByteArrayOutputStream();
        seed.writeBytes(new byte[] {(byte) way, 1, (byte) kind.ordinal(), 1, 9, 0});
        seed.writeBytes(new byte[] {(byte) (content.length >> 8), (byte) content.length});
        seed.writeBytes(content);
        return seed.toByteArray();
    }

    /**
     * @param afterEach lets the other end work
     */
    void play(FuzzInput input, Runnable afterEach) {
        for (int i = 0; i < FRAMES_MAX && input.hasNext(); i++) {
            sendOne(input);
            afterEach.run();
        }
    }

    private void sendOne(FuzzInput input) {
        switch (input.nextByte() % 8) {
            case 0 -> fill(input).send();
            case 1 -> sendPieces(fill(input), input);
            case 2 -> sendSpoilt(fill(input), input);
            case 3 -> sendOverwritten(fill(input), input);
            case 4 -> {
                byte[] text = input.nextBytes(Math.min(CONTENT_MAX, input.nextShort()));
                end.begin().add(MessageKind.CONTROL, 0, ++end.lastControlId, text.length, 0, text);
                end.send();
            }
            case 5 -> {
                byte[] bytes = input.nextBytes(Math.min(CONTENT_MAX, input.nextShort()));
                end.load(bytes.length == 0 ? new byte[1] : bytes).send();
            }
            case 6 -> fill(input).sendAt(end.next + (short) input.nextShort());
            default -> sendEnd(input);
        }
    }

    private RawEnd fill(FuzzInput input) {
        end.begin();
        int count = input.nextByte() % 5;
        for (int i = 0; i < count; i++) {
            MessageKind[] kinds = MessageKind.values();
            MessageKind kind = kinds[input.nextByte() % kinds.length];
            int flow = input.nextByte() % 4;
            int id = input.nextByte();
            int shape = input.nextByte();
            byte[] bytes = input.nextBytes(Math.min(CONTENT_MAX, input.nextShort()));
            int offset = (shape & 1) != 0 ? input.nextInt() : 0;
            int length = (shape & 2) != 0 ? input.nextInt() : offset + bytes.length;
            end.add(kind, flow, id, length, offset, bytes);
        }
        return end;
    }

    private static void sendPieces(RawEnd end, FuzzInput input) {
        int length = end.bytes().length;
        int count = 1 + input.nextByte() % 4;
        for (int i = 0; i < count; i++) {
            int offset = input.nextShort() % length;
            end.sendPiece(offset, 1 + input.nextShort() % (length - offset));
        }
        if ((count & 1) != 0) {
            end.next += length;
        }
    }

    /** Behind the Ethernet addresses, so that it arrives at all. */
    private static void sendSpoilt(RawEnd end, FuzzInput input) {
        int at = 24 + input.nextByte() % (FrameHeader.DATA_LENGTH - 24);
        byte value = (byte) input.nextByte();
        end.sendSpoilt(headers -> headers.putByte(at, value));
    }

    private static void sendOverwritten(RawEnd end, FuzzInput input) {
        byte[] bytes = end.bytes();
        byte[] change = input.nextBytes(1 + input.nextByte() % 8);
        int at = input.nextByte() % bytes.length;
        System.arraycopy(change, 0, bytes, at, Math.min(change.length, bytes.length - at));
        end.load(bytes).send();
    }

    private void sendEnd(FuzzInput input) {
        if ((input.nextByte() & 1) != 0) {
            end.sendFin();
        } else {
            end.acknowledge();
        }
    }
}
