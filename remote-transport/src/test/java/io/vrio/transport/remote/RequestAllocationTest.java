// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.RingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.secure.KeyRing;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server and its IOhyp, for as many requests as a guest sends: a collector would pause both. */
final class RequestAllocationTest {
    private static final int REQUESTS = 40_000;
    private static final int DEPTH = 32;
    private static final int LENGTH = 4096;
    private static final long STEP_NS = 10_000;

    /** Limit: some noise; any object for each super-frame of {@link #DEPTH} requests is more. */
    private static final long BYTES_MAX = REQUESTS / 4;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final RingLink wire = RingLink.pair();
    private final Endpoint iohyp =
            new Endpoint(wire.peer().hardwareAddress(), IpAddress.parse("10.0.0.2"), 8746);
    private final Endpoint server =
            new Endpoint(wire.hardwareAddress(), IpAddress.parse("10.0.0.1"), 40_000);
    private final FrameBufferPool serverBuffers = new FrameBufferPool(256);
    private final FrameBufferPool iohypBuffers = new FrameBufferPool(256);
    private final NativeBuffer data = new NativeBuffer(LENGTH);
    private final BlockRequest[] requests = new BlockRequest[DEPTH];
    private RemotePeer peer;
    private IohypEndpoint endpoint;
    private RemoteDisk disk;
    private final BlockCompletion completion = this::onComplete;
    private BlockRequestKind kind;
    private int left;
    private int failed;

    /** Whether what goes over the wire is sealed. */
    enum Security {
        NONE(Optional.empty()),
        KEY(Optional.of(new PresharedKey(new byte[PresharedKey.LENGTH])));

        private final Optional<PresharedKey> key;

        Security(Optional<PresharedKey> key) {
            this.key = key;
        }
    }

    /** The server's one link. */
    private final class OnlyLink implements LinkFactory, LinkFactory.OpenLink {
        private final ScatterLink link = new PeekingLink(wire);

        @Override
        public long resolve(IpAddress remoteAddress) {
            return iohyp.hardwareAddress();
        }

        @Override
        public OpenLink open() {
            return this;
        }

        @Override
        public ScatterLink link() {
            return link;
        }

        @Override
        public Endpoint local() {
            return server;
        }

        @Override
        public void close() {
            link.close();
        }
    }

    private void open(Security security) {
        Optional<KeyRing> keys = security.key.map(only -> name -> only);
        endpoint =
                new IohypEndpoint(
                        new EndpointOptions(iohyp, 7, 1500, 2_000_000_000L, keys),
                        wire.peer(),
                        Catalogs.of(new TestCatalog()),
                        clock,
                        iohypBuffers,
                        new SplittableRandom(1));
        PeerOptions options =
                new PeerOptions(
                        "server",
                        5,
                        iohyp.address(),
                        iohyp.port(),
                        1500,
                        2_000_000_000L,
                        30_000_000_000L,
                        security.key);
        peer =
                new RemotePeer(
                        options, new OnlyLink(), clock, serverBuffers, new SplittableRandom(2));
        disk = peer.openDisk("disk");
        while (!disk.isAttached()) {
            step();
        }
        for (int i = 0; i < DEPTH; i++) {
            requests[i] = new BlockRequest();
        }
    }

    private void step() {
        peer.doWork();
        endpoint.doWork();
        clock.advance(STEP_NS);
    }

    @AfterEach
    void close() {
        peer.close();
        endpoint.close();
        wire.peer().close();
        serverBuffers.close();
        iohypBuffers.close();
        data.close();
    }

    private void submit(BlockRequest request) {
        boolean hasData = kind != BlockRequestKind.FLUSH;
        request.begin(kind, 0, hasData ? LENGTH : 0, completion);
        if (hasData) {
            request.data().add(data.slice(), 0, LENGTH);
        }
        disk.submit(request);
    }

    private void onComplete(BlockRequest request, IoStatus status) {
        if (status != IoStatus.OK) {
            failed++;
        }
        left--;
        if (left >= DEPTH) {
            submit(request);
        }
    }

    /** Bytes of garbage that so many requests make. */
    private long garbage(int count) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        left = count;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (BlockRequest request : requests) {
            submit(request);
        }
        while (left > 0) {
            step();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static Stream<Arguments> kinds() {
        return Stream.of(BlockRequestKind.READ, BlockRequestKind.WRITE, BlockRequestKind.FLUSH)
                .flatMap(
                        kind ->
                                Stream.of(Security.values())
                                        .map(security -> Arguments.of(kind, security)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shouldAllocateNothingPerRequest(BlockRequestKind newKind, Security security) {
        open(security);
        kind = newKind;
        garbage(REQUESTS);
        long bytes = garbage(REQUESTS);
        assertEquals(0, failed);
        assertTrue(bytes < BYTES_MAX, () -> (double) bytes / REQUESTS + " bytes per request");
    }
}
