// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.LinkException;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;

/** A server's end of an association on a wire in memory, and an IOhyp made of bytes. */
final class PeerFixture implements AutoCloseable {
    static final int BUFFERS = 64;
    static final long MS = 1_000_000L;
    static final long TIMEOUT_NS = 2000 * MS;
    static final long IO_TIMEOUT_NS = 10_000 * MS;

    final ManualClock clock = new ManualClock(1_000_000_000L);
    final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    final RemotePeer peer;
    static final int PORT = 8746;

    RawEnd iohyp;
    final List<IoStatus> ended = new ArrayList<>();
    final NativeBuffer memory = new NativeBuffer(1 << 20);
    long hardwareAddress;
    String openFailure;
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.WHOLE, 8192));
    private final PeekingLink serverLink = new PeekingLink(wire);
    private final Endpoint server = new Endpoint(wire.hardwareAddress(), 0x0A000001, 40_000);

    PeerFixture() {
        this(Optional.empty());
    }

    PeerFixture(Optional<PresharedKey> key) {
        Endpoint remote = new Endpoint(wire.peer().hardwareAddress(), 0x0A000002, PORT);
        hardwareAddress = remote.hardwareAddress();
        iohyp = new RawEnd(wire.peer(), remote, server);
        PeerOptions options =
                new PeerOptions(
                        "alpha",
                        1,
                        remote.address(),
                        remote.port(),
                        1500,
                        TIMEOUT_NS,
                        IO_TIMEOUT_NS,
                        key);
        peer =
                new RemotePeer(
                        options,
                        new Links(),
                        clock,
                        buffers,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1));
    }

    private final class Links implements LinkFactory {
        @Override
        public long resolve(IpAddress remoteAddress) {
            return hardwareAddress;
        }

        @Override
        public OpenLink open() {
            if (openFailure != null) {
                throw new LinkException(openFailure);
            }
            return new OpenLink() {
                @Override
                public ScatterLink link() {
                    return serverLink;
                }

                @Override
                public Endpoint local() {
                    return server;
                }

                @Override
                public void close() {
                    // The wire outlives the association.
                }
            };
        }
    }

    /** From now on the IOhyp answers at this port, also what has come for it already. */
    void listenAt(int port) {
        long expected = iohyp.expected;
        iohyp.close();
        Endpoint remote = new Endpoint(wire.peer().hardwareAddress(), 0x0A000002, port);
        iohyp = new RawEnd(wire.peer(), remote, server);
        iohyp.expected = expected;
    }

    /** Whether the server wants an association with the port that the IOhyp was at first. */
    boolean isWanted() {
        boolean isHere = peer.status().address().endsWith(":" + PORT);
        return isHere && state() == PeerState.OPENING;
    }

    PeerState state() {
        return peer.status().state();
    }

    String reason() {
        return peer.status().reason();
    }

    void exchange() {
        peer.doWork();
        iohyp.receive();
    }

    /** Time passes; nobody but the server does anything. */
    void pass(long durationNs) {
        for (long passedNs = 0; passedNs < durationNs; passedNs += MS) {
            clock.advance(MS);
            exchange();
        }
    }

    void passUntil(PeerState state) {
        for (int i = 0; i < 20_000 && state() != state; i++) {
            pass(MS);
        }
    }

    /** Up to the server's greeting. */
    void open(int initialSequence) {
        passUntil(PeerState.OPENING);
        exchange();
        iohyp.sendSynAck(initialSequence);
        exchange();
    }

    static String welcome(int version, int mtu, String security) {
        return "{\"type\":\"welcome\",\"version\":"
                + version
                + ",\"epoch\":9,\"tag\":55,\"mtu\":"
                + mtu
                + ",\"security\":\""
                + security
                + "\"}";
    }

    /** Up to where disks can be used. */
    void establish() {
        open(500);
        iohyp.control(welcome(1, 1500, "none"));
        exchange();
        iohyp.acknowledge();
        pass(3 * MS);
    }

    static String properties(long capacity) {
        return "{\"capacity\":"
                + capacity
                + ",\"logicalBlockSize\":512,\"physicalBlockSize\":4096,\"optimalIoSize\":0,"
                + "\"isReadOnly\":false,\"hasWriteCache\":true,\"isDiscardSupported\":true,"
                + "\"serial\":\"s\"}";
    }

    void attach(int flow, int incarnation) {
        attach(flow, incarnation, 64);
    }

    void attach(int flow, int incarnation, int requestsMax) {
        iohyp.control(
                "{\"type\":\"attached\",\"flow\":"
                        + flow
                        + ",\"incarnation\":"
                        + incarnation
                        + ",\"requestsMax\":"
                        + requestsMax
                        + ",\"properties\":"
                        + properties(1 << 20)
                        + "}");
        exchange();
        iohyp.acknowledge();
        exchange();
    }

    /** Submits a request of 512 bytes, or without a range; its end is noted. */
    BlockRequest submit(RemoteDisk disk, BlockRequestKind kind, long offset) {
        BlockRequest request = new BlockRequest();
        long length = kind.hasRange() ? 512 : 0;
        request.begin(kind, offset, length, (r, status) -> ended.add(status));
        if (length > 0) {
            request.data().add(memory.slice(), offset, 512);
        }
        disk.submit(request);
        return request;
    }

    /** The requests received since the last call. */
    List<RawEnd.Segment> takeRequests() {
        return iohyp.takeSegments().stream().filter(s -> s.kind() == MessageKind.REQUEST).toList();
    }

    /** Answers a request. */
    void answer(RawEnd.Segment request, IoStatus status, int dataLength) {
        byte[] bytes = new byte[BlockMessage.RESPONSE_LENGTH + dataLength];
        bytes[0] = (byte) status.code();
        iohyp.send(MessageKind.RESPONSE, request.flow(), request.id(), bytes);
        exchange();
    }

    @Override
    public void close() {
        peer.close();
        buffers.close();
        memory.close();
    }
}
