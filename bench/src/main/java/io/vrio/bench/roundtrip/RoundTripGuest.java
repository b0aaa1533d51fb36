// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import io.vrio.bench.BenchOptions;
import io.vrio.bench.Daemon;
import io.vrio.bench.DaemonCommand;
import io.vrio.bench.frontend.NetGuest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** A way in operation: its daemons, a guest connected to them, and the peer that answers it. */
final class RoundTripGuest implements AutoCloseable {
    /** Limit: then the request is sent again; far more than a round trip ever takes. */
    private static final long RESPONSE_NS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

    /** Limit: requests in a row without a response; then the way does not work. */
    private static final int LOST_MAX = 20;

    private static final int FRAME_MAX = 2048;

    private final RoundTripWay way;
    private final Datagram datagram;
    private final byte[] frame = new byte[FRAME_MAX];
    private final ByteBuffer received = ByteBuffer.wrap(frame);
    private final List<Daemon> daemons = new ArrayList<>();
    private final EchoPeer peer;
    private NetGuest guest;
    private long number;

    /** What a run came to. */
    record Outcome(Histogram ns, long lostCount) {}

    RoundTripGuest(RoundTripWay way, BenchOptions bench, String peerNamespace) {
        this.way = way;
        datagram = new Datagram(way.subnet());
        String network = "10.90." + way.subnet() + ".";
        peer = new EchoPeer(peerNamespace, network + 2, network + 1);
        try {
            for (DaemonCommand command : way.commands(bench)) {
                String log = "roundtrip-" + command.role().replace(' ', '-') + ".log";
                daemons.add(Daemon.start(command, bench.folder().resolve(log)));
            }
            guest = NetGuest.connect(way.socket(bench));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    RoundTripWay way() {
        return way;
    }

    List<Daemon> daemons() {
        return daemons;
    }

    /** One request at a time, for so long. */
    Outcome run(long durationNs) {
        Histogram ns = new Histogram(3);
        long lostCount = 0;
        int lostInRow = 0;
        long startNs = System.nanoTime();
        long nowNs = startNs;
        while (nowNs - startNs < durationNs) {
            long sentNs = nowNs;
            guest.send(datagram.numbered(++number), Datagram.LENGTH);
            boolean isAnswered = awaitEcho(sentNs + RESPONSE_NS_MAX);
            nowNs = System.nanoTime();
            if (isAnswered) {
                ns.recordValue(nowNs - sentNs);
                lostInRow = 0;
            } else {
                lostCount++;
                lostInRow++;
            }
            if (lostInRow == LOST_MAX) {
                throw new IllegalStateException(way.title() + ": nobody answers");
            }
        }
        return new Outcome(ns, lostCount);
    }

    private boolean awaitEcho(long deadlineNs) {
        while (true) {
            int length = guest.receive(frame);
            if (length < 0) {
                long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0) {
                    return false;
                }
                guest.await(leftNs);
            } else if (datagram.isEcho(received, length)) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        if (guest != null) {
            guest.close();
        }
        for (int i = daemons.size() - 1; i >= 0; i--) {
            daemons.get(i).close();
        }
        peer.close();
    }
}
