// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.transport.link.LinkKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** Frames to another host and back by either kind of link, in alternation; both ends poll. */
final class FrameCampaign {
    private static final int[] PAYLOADS = {64, 1200, 4200};
    private static final double NS_PER_US = 1e3;
    private static final double NS_PER_S = 1e9;
    private static final double WARM_UP_SECONDS = 1;

    /** Limit: a frame that is not back then is lost, and another is sent. */
    private static final long TRIP_NS_MAX = 100_000_000;

    private final Campaign.Site site;
    private final Consumer<String> progress;

    /**
     * @param progress hears one line per run
     */
    FrameCampaign(Campaign.Site site, Consumer<String> progress) {
        this.site = site;
        this.progress = progress;
    }

    /** A pair of links, and the thread that sends back what comes to the other end. */
    private static final class Pair implements AutoCloseable {
        private final FrameEnd near;
        private final FrameEnd far;
        private final Thread thread = new Thread(this::sendBack, "far end");
        private volatile boolean isStopping;
        private volatile int payload;

        Pair(Network network, LinkKind kind) {
            near = open(network.vmHost(), kind);
            far = open(network.ioHost(), kind);
            near.connect(far);
            far.connect(near);
        }

        private static FrameEnd open(Network.End end, LinkKind kind) {
            return HostThread.call(end.namespace(), () -> new FrameEnd(end, kind));
        }

        private void sendBack() {
            while (!isStopping) {
                if (far.receive()) {
                    far.send(payload);
                }
            }
        }

        Histogram run(int length, long durationNs) {
            payload = length;
            Histogram ns = new Histogram(3);
            long startNs = System.nanoTime();
            long nowNs = startNs;
            while (nowNs - startNs < durationNs) {
                long sentNs = nowNs;
                near.send(length);
                boolean isBack = near.receive();
                while (!isBack && System.nanoTime() - sentNs < TRIP_NS_MAX) {
                    isBack = near.receive();
                }
                nowNs = System.nanoTime();
                if (isBack) {
                    ns.recordValue(nowNs - sentNs);
                }
            }
            return ns;
        }

        void start() {
            thread.start();
        }

        @Override
        public void close() {
            isStopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            far.close();
            near.close();
        }
    }

    /** What each run came to, in the order of the runs. */
    List<FrameTrips> run(int rounds, double seconds) {
        List<FrameTrips> runs = new ArrayList<>();
        for (int payload : PAYLOADS) {
            for (int round = 0; round < rounds; round++) {
                runs.add(measure(LinkKind.PACKET, site.direct(), payload, round, seconds));
                runs.add(measure(LinkKind.XDP, site.apart(), payload, round, seconds));
            }
        }
        return runs;
    }

    /** One pair at a time: each has two threads that poll. */
    private FrameTrips measure(
            LinkKind kind, Network network, int payload, int round, double seconds) {
        try (Pair pair = new Pair(network, kind)) {
            pair.start();
            pair.run(payload, (long) (WARM_UP_SECONDS * NS_PER_S));
            Histogram ns = pair.run(payload, (long) (seconds * NS_PER_S));
            FrameTrips trips =
                    new FrameTrips(
                            kind.toString(),
                            payload,
                            round,
                            ns.getTotalCount(),
                            ns.getValueAtPercentile(50) / NS_PER_US,
                            ns.getValueAtPercentile(99) / NS_PER_US);
            progress.accept(
                    String.format(
                            Locale.ROOT,
                            "frames of %d bytes by %s: p50 %.2f us",
                            payload,
                            kind,
                            trips.p50Us()));
            return trips;
        }
    }

    /** A table in Markdown. */
    static String table(List<FrameTrips> runs) {
        StringBuilder text = new StringBuilder();
        text.append("| payload | packet: p50 us min / median / max | p99 us");
        text.append(" | xdp: p50 us min / median / max | p99 us |\n|---|---|---|---|---|\n");
        for (int payload : PAYLOADS) {
            text.append("| ").append(payload);
            for (LinkKind kind : LinkKind.values()) {
                List<FrameTrips> own = of(runs, kind, payload);
                Spread p50 = Spread.of(own.stream().mapToDouble(FrameTrips::p50Us));
                Spread p99 = Spread.of(own.stream().mapToDouble(FrameTrips::p99Us));
                text.append(" | ").append(p50.format("%.2f"));
                text.append(String.format(Locale.ROOT, " | %.1f", p99.median()));
            }
            text.append(" |\n");
        }
        return text.toString();
    }

    /** One for each payload: AF_XDP by packet sockets, of the runs of the same round. */
    static List<RatioPlot.Line> lines(List<FrameTrips> runs) {
        return IntStream.of(PAYLOADS).mapToObj(payload -> line(runs, payload)).toList();
    }

    private static RatioPlot.Line line(List<FrameTrips> runs, int payload) {
        List<FrameTrips> packet = of(runs, LinkKind.PACKET, payload);
        List<FrameTrips> xdp = of(runs, LinkKind.XDP, payload);
        Spread ratio =
                Spread.of(
                        xdp.stream()
                                .flatMapToDouble(
                                        run ->
                                                packet.stream()
                                                        .filter(p -> p.round() == run.round())
                                                        .mapToDouble(
                                                                p -> run.p50Us() / p.p50Us())));
        String figures =
                String.format(
                        Locale.ROOT,
                        "%.2fx   %.1f : %.1f us",
                        ratio.median(),
                        Spread.of(xdp.stream().mapToDouble(FrameTrips::p50Us)).median(),
                        Spread.of(packet.stream().mapToDouble(FrameTrips::p50Us)).median());
        return new RatioPlot.Line(payload + " bytes", ratio, figures, 0);
    }

    private static List<FrameTrips> of(List<FrameTrips> runs, LinkKind kind, int payload) {
        return runs.stream()
                .filter(run -> run.payload() == payload)
                .filter(run -> run.alternative().equals(kind.toString()))
                .toList();
    }
}
