// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.flow.FrameBufferPool;
import io.vrio.transport.link.PeekingLink;
import io.vrio.transport.link.ScatterLink;
import io.vrio.transport.remote.LinkFactory;
import io.vrio.transport.remote.PeerOptions;
import io.vrio.transport.remote.RemoteDisk;
import io.vrio.transport.remote.RemotePeer;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGeneratorFactory;

/**
 * A server of the crowd: so many large requests at a time, and small reads one after the other, of
 * the same disk or a disk of its own. One thread.
 */
final class CrowdServer implements AutoCloseable {
    /**
     * @param kind of the large requests
     * @param length bytes of each
     * @param depth so many at a time; 0 for none
     * @param pauseNs small requests come at random, this far apart at most
     */
    record Load(BlockRequestKind kind, int length, int depth, long pauseNs) {}

    static final int SMALL = 4096;

    private static final int BUFFERS = 64;

    private final NanoClock clock;
    private final Load load;
    private final SplittableRandom random;
    private final FrameBufferPool buffers = new FrameBufferPool(BUFFERS);
    private final NativeBuffer memory;
    private final BlockRequest[] large;
    private final BlockRequest small = new BlockRequest();
    private final LatencyList latencies = new LatencyList();
    private final RemotePeer peer;
    private final RemoteDisk disk;
    private long endedBytes;
    private long endedSmallBytes;
    private long smallBegunNs;
    private long smallDueNs;
    private boolean isRunning;

    CrowdServer(
            SwitchedNetwork.Station station,
            int number,
            Endpoint iohyp,
            Load load,
            NanoClock clock,
            long seed) {
        this.clock = clock;
        this.load = load;
        random = new SplittableRandom(seed);
        memory = new NativeBuffer(Math.max(SMALL, load.length()));
        large = new BlockRequest[load.depth()];
        for (int i = 0; i < large.length; i++) {
            large[i] = new BlockRequest();
        }
        PeerOptions options =
                new PeerOptions(
                        "server-" + number,
                        number,
                        iohyp.address(),
                        iohyp.port(),
                        station.mtu(),
                        2_000_000_000L,
                        30_000_000_000L,
                        Optional.empty());
        ScatterLink link = new PeekingLink(station);
        Endpoint local =
                new Endpoint(
                        station.hardwareAddress(), IpAddress.ipv4(0x0A000100 + number), 40_000);
        LinkFactory.OpenLink openLink =
                new LinkFactory.OpenLink() {
                    @Override
                    public ScatterLink link() {
                        return link;
                    }

                    @Override
                    public Endpoint local() {
                        return local;
                    }

                    @Override
                    public void close() {
                        // The network outlives the association.
                    }
                };
        LinkFactory links =
                new LinkFactory() {
                    @Override
                    public long resolve(IpAddress remoteAddress) {
                        return iohyp.hardwareAddress();
                    }

                    @Override
                    public LinkFactory.OpenLink open() {
                        return openLink;
                    }
                };
        peer =
                new RemotePeer(
                        options,
                        links,
                        clock,
                        buffers,
                        RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
        disk = peer.openDisk("disk-" + number);
    }

    /** Bytes that have gone the way of the large requests' data. */
    long carriedBytes() {
        return endedBytes + (load.kind() == BlockRequestKind.READ ? endedSmallBytes : 0);
    }

    boolean isReady() {
        return disk.isAttached();
    }

    RemotePeer peer() {
        return peer;
    }

    /** Bytes of the large requests that have ended. */
    long endedBytes() {
        return endedBytes;
    }

    LatencyList latencies() {
        return latencies;
    }

    /** Begins its load. */
    void start() {
        isRunning = true;
        for (BlockRequest request : large) {
            beginLarge(request);
        }
        smallDueNs = clock.nanoTime() + random.nextLong(load.pauseNs());
    }

    /** No request begins any more. */
    void stop() {
        isRunning = false;
    }

    private void beginLarge(BlockRequest request) {
        request.begin(load.kind(), 0, load.length(), this::onLargeEnd);
        request.data().add(memory.slice(), 0, load.length());
        disk.submit(request);
    }

    private void onLargeEnd(BlockRequest request, IoStatus status) {
        requireOk(status);
        endedBytes += load.length();
        if (isRunning) {
            beginLarge(request);
        }
    }

    private static void requireOk(IoStatus status) {
        if (status != IoStatus.OK) {
            throw new IllegalStateException("a request of the crowd ended with " + status);
        }
    }

    void doWork() {
        if (isRunning && !small.isUnderWay() && smallDueNs - clock.nanoTime() <= 0) {
            smallBegunNs = clock.nanoTime();
            small.begin(BlockRequestKind.READ, 0, SMALL, this::onSmallEnd);
            small.data().add(memory.slice(), 0, SMALL);
            disk.submit(small);
        }
        peer.doWork();
    }

    private void onSmallEnd(BlockRequest request, IoStatus status) {
        requireOk(status);
        endedSmallBytes += SMALL;
        latencies.add(clock.nanoTime() - smallBegunNs);
        smallDueNs = clock.nanoTime() + random.nextLong(load.pauseNs());
    }

    @Override
    public void close() {
        peer.close();
        buffers.close();
        memory.close();
    }
}
