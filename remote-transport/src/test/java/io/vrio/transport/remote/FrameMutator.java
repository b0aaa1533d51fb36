// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.message.FrameRecord;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.wire.FrameHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes frames that are wrong, or nearly right, and sends them through an end made of bytes. */
final class FrameMutator {
    private static final long[] ODD = {
        0,
        1,
        -1,
        2,
        15,
        16,
        31,
        32,
        255,
        511,
        512,
        4095,
        65535,
        65536,
        1 << 20,
        4 << 20,
        (4 << 20) + 64,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final SplittableRandom random;
    private final List<String> control = new ArrayList<>(ProtocolDocument.controlMessages());

    /** What the last frame was made by, for the report of a failure. */
    private String last = "";

    FrameMutator(long seed) {
        random = new SplittableRandom(seed);
    }

    String last() {
        return last;
    }

    void send(RawEnd end) {
        int way = random.nextInt(9);
        last = "way " + way;
        switch (way) {
            case 0 -> end.load(noise(1 + random.nextInt(2000))).send();
            case 1 -> sendNoiseBehindAHeader(end);
            case 2 -> sendSegments(end);
            case 3 -> sendFlipped(end);
            case 4 -> end.control(mutated(control.get(random.nextInt(control.size()))));
            case 5 -> sendPieces(end);
            case 6 -> sendSpoilt(end);
            case 7 -> sendNumbers(end);
            default -> sendElsewhere(end);
        }
    }

    private byte[] noise(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private long odd() {
        return random.nextInt(4) == 0 ? random.nextLong() : ODD[random.nextInt(ODD.length)];
    }

    private void sendNoiseBehindAHeader(RawEnd end) {
        byte[] bytes = end.begin().bytes();
        byte[] noise = noise(random.nextInt(500));
        ByteBuffer payload = ByteBuffer.allocate(bytes.length + noise.length);
        payload.put(bytes).put(noise).putShort(44, (short) random.nextInt(20));
        end.load(payload.array()).send();
    }

    private void fill(RawEnd end) {
        end.begin();
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(4) == 0) {
                end.addControl(control.get(random.nextInt(control.size())));
            } else {
                addSegment(end);
            }
        }
    }

    private void addSegment(RawEnd end) {
        MessageKind[] kinds = MessageKind.values();
        MessageKind kind = random.nextInt(3) > 0 ? MessageKind.REQUEST : kinds[random.nextInt(5)];
        int length = random.nextInt(3) == 0 ? 32 : 1 + random.nextInt(700);
        int offset = random.nextInt(3) == 0 ? random.nextInt(1000) : 0;
        int messageLength = random.nextInt(4) == 0 ? (int) odd() : offset + length;
        byte[] bytes = noise(length);
        if (kind == MessageKind.FRAMES) {
            fillFrames(bytes);
        } else if (length >= 32) {
            bytes[0] = (byte) random.nextInt(8);
            long position = random.nextInt(3) == 0 ? odd() : 512L * random.nextInt(100);
            long range = random.nextInt(3) == 0 ? odd() : random.nextInt(2) * (length - 32);
            ByteBuffer.wrap(bytes).putLong(8, position).putLong(16, range);
        }
        int flow = random.nextInt(8) == 0 ? random.nextInt(65536) : random.nextInt(3);
        end.add(kind, flow, random.nextInt(40), messageLength, offset, bytes);
    }

    /** Records of frames that fill the message, but for the last, which does so now and then. */
    private void fillFrames(byte[] bytes) {
        ByteBuffer records = ByteBuffer.wrap(bytes);
        while (records.remaining() >= FrameRecord.LENGTH) {
            int left = records.remaining() - FrameRecord.LENGTH;
            int length = random.nextInt(3) == 0 ? left : random.nextInt(left + 1);
            records.mark();
            records.putInt(random.nextInt(10) == 0 ? (int) odd() : length);
            if (random.nextInt(3) > 0) {
                records.put(new byte[FrameRecord.LENGTH - Integer.BYTES]);
            }
            records.reset().position(records.position() + FrameRecord.LENGTH + length);
        }
    }

    private void sendSegments(RawEnd end) {
        fill(end);
        end.send();
    }

    private void sendFlipped(RawEnd end) {
        fill(end);
        byte[] bytes = end.bytes();
        flip(bytes);
        end.load(bytes).send();
    }

    private void flip(byte[] bytes) {
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
    }

    private String mutated(String json) {
        StringBuilder text = new StringBuilder(json);
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count && text.length() > 1; i++) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.setCharAt(at, (char) (32 + random.nextInt(95)));
                case 1 -> text.deleteCharAt(at);
                case 2 -> text.insert(at, text.substring(at, Math.min(text.length(), at + 20)));
                case 3 -> text.insert(at, (char) random.nextInt(0x3000));
                default -> replaceNumber(text);
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void replaceNumber(StringBuilder text) {
        int at = text.indexOf(":", random.nextInt(text.length())) + 1;
        int limit = at;
        while (limit < text.length() && Character.isDigit(text.charAt(limit))) {
            limit++;
        }
        text.replace(at, limit, Long.toString(odd()));
    }

    private void sendPieces(RawEnd end) {
        fill(end);
        int length = end.bytes().length;
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int offset = random.nextInt(length);
            end.sendPiece(offset, 1 + random.nextInt(length - offset));
        }
        if (random.nextBoolean()) {
            end.sendPiece(0, length);
            end.next += length;
        }
    }

    private void sendSpoilt(RawEnd end) {
        fill(end);
        end.sendSpoilt(
                headers -> {
                    int count = 1 + random.nextInt(3);
                    for (int i = 0; i < count; i++) {
                        // The Ethernet addresses stay, so that it arrives at all.
                        int at = 24 + random.nextInt(FrameHeader.DATA_LENGTH - 24);
                        headers.putByte(at, (byte) random.nextInt(256));
                    }
                });
    }

    /** A header whose windows and blocks are odd, with right segments. */
    private void sendNumbers(RawEnd end) {
        fill(end);
        byte[] bytes = end.bytes();
        ByteBuffer header = ByteBuffer.wrap(bytes);
        int at = 16 + 8 * random.nextInt(3);
        header.putLong(at, header.getLong(at) + odd());
        header.putInt(40, (int) odd());
        if (random.nextInt(3) == 0) {
            int blocks = random.nextInt(66);
            ByteBuffer longer = ByteBuffer.allocate(bytes.length + 8 * blocks);
            longer.put(bytes, 0, 48);
            long position = 0;
            for (int i = 0; i < blocks; i++) {
                position += random.nextInt(50);
                longer.putInt((int) position).putInt(1 + random.nextInt(50));
                position += 100;
            }
            longer.put(bytes, 48, bytes.length - 48).putShort(2, (short) blocks);
            end.load(longer.array());
        } else {
            end.load(bytes);
        }
        end.send();
    }

    private void sendElsewhere(RawEnd end) {
        fill(end);
        end.sendAt(end.next + random.nextInt(1 << 18) - (1 << 12));
    }
}
