// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.wire;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.memory.InternetChecksum;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The frame parser, on memory that ends where the frame ends, and the joining of two frames. The
 * first byte of an input chooses what is mended, so that a fuzzer gets past the checksum.
 */
public final class FrameTarget implements FuzzTarget {
    private static final int SUM_MENDED = 1;
    private static final int JOINED = 2;

    private final NativeBuffer memory = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final NativeBuffer nextMemory = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final FrameHeader header = new FrameHeader();
    private final Coalescer coalescer = new Coalescer();

    @Override
    public List<byte[]> seeds() {
        Stream<String> names =
                Stream.of(
                        "syn",
                        "syn-ack",
                        "data",
                        "piece",
                        "fin",
                        "rst",
                        "syn over IPv6",
                        "data over IPv6",
                        "rst over IPv6");
        return names.flatMap(name -> Stream.of("01", "03").map(mode -> mode + golden(name)))
                .map(HexFormat.of()::parseHex)
                .toList();
    }

    /** A virtio_net_hdr of a frame whose sum the kernel has checked, then the frame. */
    private static String golden(String name) {
        return "02" + "00".repeat(FrameHeader.VNET_LENGTH - 1) + ProtocolDocument.golden(name);
    }

    @Override
    public void run(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        int mode = choices.nextByte();
        byte[] bytes = choices.nextBytes(FrameHeader.FRAME_MAX);
        MemorySlice frame = memory.slice().slice(0, bytes.length);
        frame.putBytes(0, bytes, 0, bytes.length);
        if ((mode & SUM_MENDED) != 0) {
            mendSum(frame);
        }
        boolean isValid = header.wrap(frame).invalidReason(bytes.length) == null;
        if (isValid) {
            look(frame);
        }
        if (isValid && (mode & JOINED) != 0) {
            join(frame);
        }
    }

    private static void mendSum(MemorySlice frame) {
        if (frame.length() >= FrameHeader.TCP && IpVersion.of(frame) == IpVersion.V4) {
            frame.putShort(FrameHeader.IP_CHECKSUM, (short) 0);
            int sum = InternetChecksum.sum(frame, FrameHeader.IP, FrameHeader.IP_LENGTH);
            frame.putShortBigEndian(FrameHeader.IP_CHECKSUM, InternetChecksum.complement(sum));
        }
    }

    /** All that the endpoints ask of a frame that was found valid. */
    private void look(MemorySlice frame) {
        long limit = (long) header.payloadOffset() + header.payloadLength();
        check(header.payloadLength() >= 0, "payload of " + header.payloadLength());
        check(limit <= frame.length(), "payload up to " + limit + " of " + frame.length());
        frame.address(header.payloadOffset(), header.payloadLength());
        boolean hasOptions = (header.flags() & FrameHeader.RST) == 0;
        if (hasOptions && header.payloadLength() > 0) {
            long superLimit = (long) header.superFrameOffset() + header.payloadLength();
            check(header.superFrameOffset() >= 0, "offset " + header.superFrameOffset());
            check(superLimit <= header.superFrameLength(), "piece up to " + superLimit);
            check(header.superFrameStart48() >>> 48 == 0, "a start of more than 48 bits");
        }
        check(header.source().port() == header.sourcePort(), "port");
        check(header.destination().address().equals(header.destinationAddress()), "address");
        check(header.window() >= 0, "window " + header.window());
    }

    /** Cuts its payload in two, and joins the two again. */
    private void join(MemorySlice frame) {
        int payloadLength = header.payloadLength();
        int cut = payloadLength / 2;
        int headersLength = header.payloadOffset();
        int rest = payloadLength - cut;
        MemorySlice next = nextMemory.slice().slice(0, headersLength + (long) rest);
        frame.copyTo(0, next, 0, headersLength);
        frame.copyTo(headersLength + (long) cut, next, headersLength, rest);
        Segmenter.putIpLength(next, headersLength - FrameHeader.IP + rest);
        int sequenceAt = FrameHeader.TCP_SEQUENCE + header.version().shift();
        next.putIntBigEndian(sequenceAt, header.sequence() + cut);
        Segmenter.putIpLength(frame, headersLength - FrameHeader.IP + cut);
        int firstLength = headersLength + cut;
        int joined = coalescer.join(frame, firstLength, next, (int) next.length());
        if (joined > 0) {
            check(joined == headersLength + payloadLength, "joined to " + joined);
            String reason = header.wrap(frame).invalidReason(joined);
            check(reason == null, "joined to a frame that is invalid: " + reason);
        }
    }

    private static void check(boolean isRight, String what) {
        if (!isRight) {
            throw new IllegalStateException(what);
        }
    }

    @Override
    public void close() {
        memory.close();
        nextMemory.close();
    }
}
