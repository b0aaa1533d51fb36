// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.crowd;

import io.vrio.common.io.BlockRequestKind;
import io.vrio.transport.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * Many servers in one process, on one address, each with an association of its own, driven by the
 * thread that made it, in whose network namespace their sockets are.
 */
public final class Crowd implements AutoCloseable {
    /** Limit: on a machine with much other work everything takes ten times as long. */
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(120);

    private final CrowdLinks links;
    private final List<CrowdMember> members = new ArrayList<>();

    /**
     * @param address own, of the interface
     * @param count members; the IOhyp has a disk for each, of {@link CrowdMember#DISK} bytes
     */
    public Crowd(
            String interfaceName,
            IpAddress address,
            IpAddress iohyp,
            int port,
            int mtu,
            int count) {
        links = new CrowdLinks(interfaceName, address);
        for (int i = 0; i < count; i++) {
            members.add(new CrowdMember(i, links, iohyp, port, mtu));
        }
        await("all have their disk", () -> members.stream().allMatch(CrowdMember::isReady));
    }

    /**
     * What a crowd got in a time.
     *
     * @param bytesPerSecond of data that crossed the link in the direction of the large requests
     * @param fairness Jain's index of what each got by large requests
     * @param least bytes that the one with the least of them got
     */
    public record Share(double bytesPerSecond, double fairness, Histogram smallNs, long least) {}

    /** All do the same for so long, of which {@code warmUpNs} first are not counted. */
    public Share load(BlockRequestKind kind, long warmUpNs, long durationNs) {
        members.forEach(member -> member.start(kind, true, true));
        run(warmUpNs);
        long[] before = members.stream().mapToLong(CrowdMember::endedBytes).toArray();
        members.forEach(member -> member.smallNs().reset());
        long beganNs = System.nanoTime();
        run(durationNs);
        double seconds = (System.nanoTime() - beganNs) / 1e9;
        Share share = share(kind, before, seconds);
        settle();
        return share;
    }

    /** The first one makes small requests alone. */
    public Histogram alone(long durationNs) {
        CrowdMember first = members.get(0);
        first.start(BlockRequestKind.READ, false, true);
        run(durationNs / 4);
        first.smallNs().reset();
        run(durationNs);
        Histogram alone = first.smallNs().copy();
        settle();
        return alone;
    }

    /** All write each of their blocks so often, or read them and check what they get. */
    public void transfer(BlockRequestKind kind, int rounds) {
        long[] wanted =
                members.stream()
                        .mapToLong(
                                member ->
                                        member.endedBytes()
                                                + (long) rounds
                                                        * CrowdMember.DEPTH
                                                        * CrowdMember.LARGE)
                        .toArray();
        members.forEach(member -> member.start(kind, true, true));
        await("all have had their " + kind, () -> hasEnded(wanted));
        settle();
    }

    private boolean hasEnded(long[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (members.get(i).endedBytes() < wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private Share share(BlockRequestKind kind, long[] before, double seconds) {
        Histogram small = new Histogram(3);
        double sum = 0;
        double sumOfSquares = 0;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < before.length; i++) {
            long bytes = members.get(i).endedBytes() - before[i];
            sum += bytes;
            sumOfSquares += (double) bytes * bytes;
            least = Math.min(least, bytes);
            small.add(members.get(i).smallNs());
        }
        double fairness = sum == 0 ? 0 : sum * sum / (before.length * sumOfSquares);
        long smallBytes =
                kind == BlockRequestKind.READ ? small.getTotalCount() * CrowdMember.SMALL : 0;
        return new Share((sum + smallBytes) / seconds, fairness, small, least);
    }

    private void settle() {
        members.forEach(CrowdMember::stop);
        await("all has ended", () -> members.stream().allMatch(CrowdMember::isIdle));
    }

    private void run(long durationNs) {
        long endNs = System.nanoTime() + durationNs;
        while (endNs - System.nanoTime() > 0) {
            members.forEach(CrowdMember::doWork);
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            if (endNs - System.nanoTime() <= 0) {
                throw new IllegalStateException("in vain until " + what);
            }
            members.forEach(CrowdMember::doWork);
        }
    }

    @Override
    public void close() {
        members.forEach(CrowdMember::close);
        links.close();
    }
}
