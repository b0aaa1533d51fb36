// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.Nic;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.Link;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.secure.KeyRing;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;

/** An IOhyp's endpoint on a wire in memory, and servers made of bytes around it. */
final class EndpointFixture implements AutoCloseable {
    static final int BUFFERS = 256;
    static final long TIMEOUT_NS = 2_000_000_000L;
    static final long MS = 1_000_000L;
    private static final IpAddress SERVER = IpAddress.parse("10.0.0.1");
    private static final IpAddress IOHYP = IpAddress.parse("10.0.0.2");
    private static final int PORT = 8746;

    final ManualClock clock = new ManualClock(1_000_000_000L);
    final TestCatalog catalog = new TestCatalog();

    /** What every NIC is. */
    final SimulatedNic nic = new SimulatedNic();

    final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    final IohypEndpoint endpoint;
    Runnable revocation;
    int nicsClosed;
    private final MemoryLink wire =
            MemoryLink.pair(new MemoryLink.Options(1500, Segmentation.WHOLE, 8192));
    private final Endpoint local;

    EndpointFixture() {
        this(Optional.empty());
    }

    EndpointFixture(Optional<KeyRing> keys) {
        this(keys, IOHYP);
    }

    EndpointFixture(Optional<KeyRing> keys, IpAddress address) {
        local = new Endpoint(wire.hardwareAddress(), address, PORT);
        EndpointOptions options = new EndpointOptions(local, 7, 1500, TIMEOUT_NS, keys);
        endpoint =
                new IohypEndpoint(
                        options,
                        wire,
                        new Catalogs(catalog, this::claimNic),
                        clock,
                        buffers,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1));
    }

    private NicClaim claimNic(String name, String serverName, long serverEpoch) {
        return new NicClaim() {
            @Override
            public Nic nic() {
                return nic;
            }

            @Override
            public void onRevoke(Runnable listener) {
                revocation = listener;
            }

            @Override
            public void close() {
                nicsClosed++;
            }
        };
    }

    /** A server that has said nothing yet. */
    RawEnd server(int port) {
        return server(SERVER, port);
    }

    private RawEnd server(IpAddress address, int port) {
        MemoryLink station = wire.addStation();
        return new RawEnd(station, new Endpoint(station.hardwareAddress(), address, port), local);
    }

    /** What a server has for an association that begins where it has come to. */
    Association associate(RawEnd server, int port, Protection protection) {
        Link link = server.traffic();
        AssociationSetup setup =
                new AssociationSetup(
                        new Endpoint(link.hardwareAddress(), SERVER, port),
                        local,
                        server.next,
                        server.expected,
                        77,
                        1500,
                        protection);
        return new Association(setup, link, buffers, clock, (segment, buffer, offset) -> {});
    }

    /** SYNs from ports 1 to {@code count} of one host. */
    void floodWithSyns(int count) {
        MemoryLink station = wire.addStation();
        try (NativeBuffer headers = new NativeBuffer(128)) {
            for (int port = 1; port <= count; port++) {
                Endpoint from = new Endpoint(station.hardwareAddress(), SERVER, port);
                FrameWriter writer = new FrameWriter(from, local, 1500);
                int length = writer.writeSyn(headers.slice(), port, 65535);
                station.send(headers.slice(), length, null, 0, 0);
            }
        }
    }

    /** A server that has been welcomed. */
    RawEnd welcomed(int port, String name, long epoch) {
        return welcomed(SERVER, port, name, epoch);
    }

    RawEnd welcomed(IpAddress address, int port, String name, long epoch) {
        RawEnd server = server(address, port);
        server.sendSyn(1000 + port);
        exchange(server);
        server.control(hello(name, epoch));
        exchange(server);
        return server;
    }

    /** A server with a disk as flow 1. */
    RawEnd attached(int port) {
        RawEnd server = welcomed(port, "server-" + port, 1);
        server.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        exchange(server);
        server.takeSegments();
        return server;
    }

    static String hello(String name, long epoch) {
        return "{\"type\":\"hello\",\"version\":1,\"server\":\""
                + name
                + "\",\"epoch\":"
                + epoch
                + ",\"tag\":77,\"mtu\":1500,\"security\":\"none\"}";
    }

    /** Lets the endpoint work, and the server receive what that has sent. */
    void exchange(RawEnd server) {
        endpoint.doWork();
        server.receive();
    }

    /** Time passes, while the endpoint works and the server receives. */
    void pass(RawEnd server, long durationNs) {
        for (long passedNs = 0; passedNs < durationNs; passedNs += MS) {
            clock.advance(MS);
            exchange(server);
        }
    }

    /** The message of a request, with {@code dataLength} zero bytes of data. */
    static byte[] request(BlockRequestKind kind, long offset, long length, int dataLength) {
        return request(kind.code(), offset, length, dataLength);
    }

    static byte[] request(int kindCode, long offset, long length, int dataLength) {
        byte[] bytes = new byte[BlockMessage.REQUEST_LENGTH + dataLength];
        try (NativeBuffer memory = new NativeBuffer(BlockMessage.REQUEST_LENGTH)) {
            memory.slice().putByte(0, (byte) kindCode);
            memory.slice().putLongBigEndian(8, offset);
            memory.slice().putLongBigEndian(16, length);
            memory.slice().getBytes(0, bytes, 0, BlockMessage.REQUEST_LENGTH);
        }
        return bytes;
    }

    static void sendRequest(RawEnd server, int id, byte[] request) {
        server.send(MessageKind.REQUEST, 1, id, request);
    }

    /** Nothing is left of who came and went, and nothing of this program failed meanwhile. */
    void checkClean(int peers) {
        long faults = endpoint.counters().value(EndpointCounter.FAULTS);
        if (faults > 0 || endpoint.peers().size() != peers || buffers.available() != BUFFERS) {
            throw new IllegalStateException(
                    "faults %d, peers %d, free buffers %d of %d"
                            .formatted(
                                    faults, endpoint.peers().size(), buffers.available(), BUFFERS));
        }
    }

    @Override
    public void close() {
        endpoint.close();
        buffers.close();
        nic.close();
    }
}
