// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.io.BlockRequestKind;
import java.util.List;

/**
 * What a crowd got: a warm-up that is not counted, then so long.
 *
 * @param goodput bytes of data per byte that the link could carry
 * @param fairness Jain's index of the servers' bytes: 1 when all are equal, 1/n when one has all
 * @param smallNs of small requests of all servers, 50th, 99th and 99.9th percentile
 * @param waitNs in the narrowest queue, 50th and 99th percentile
 * @param dropped frames that found a full queue
 */
record CrowdRun(
        double goodput, double fairness, List<Long> smallNs, List<Long> waitNs, long dropped) {

    /** Who does what, for how long. */
    record Scenario(
            SwitchedNetwork.Options network,
            int framesPerCycle,
            int servers,
            CrowdServer.Load load,
            long warmUpNs,
            long durationNs) {
        Scenario with(int newServers, CrowdServer.Load newLoad) {
            return new Scenario(network, framesPerCycle, newServers, newLoad, warmUpNs, durationNs);
        }
    }

    static final CrowdServer.Load NO_LOAD =
            new CrowdServer.Load(BlockRequestKind.READ, 0, 0, 100_000);

    static CrowdRun of(Scenario scenario, long seed) {
        try (Crowd crowd = new Crowd(scenario.network, scenario.framesPerCycle, seed)) {
            for (int i = 0; i < scenario.servers; i++) {
                crowd.add(scenario.load);
            }
            crowd.servers().forEach(CrowdServer::start);
            crowd.run(scenario.warmUpNs);
            return measure(crowd, scenario.network.bytesPerSecond(), scenario.durationNs);
        }
    }

    /** What the servers of a running crowd get from now on. */
    static CrowdRun measure(Crowd crowd, long bytesPerSecond, long durationNs) {
        List<CrowdServer> servers = crowd.servers();
        long carriedBefore = servers.stream().mapToLong(CrowdServer::carriedBytes).sum();
        long[] before = servers.stream().mapToLong(CrowdServer::endedBytes).toArray();
        servers.forEach(server -> server.latencies().clear());
        crowd.queueWaits().clear();
        long droppedBefore = crowd.network().dropped();
        crowd.run(durationNs);
        LatencyList small = new LatencyList();
        long carried = servers.stream().mapToLong(CrowdServer::carriedBytes).sum() - carriedBefore;
        double sum = 0;
        double sumOfSquares = 0;
        for (int i = 0; i < before.length; i++) {
            double bytes = servers.get(i).endedBytes() - before[i];
            sum += bytes;
            sumOfSquares += bytes * bytes;
            small.addAll(servers.get(i).latencies());
        }
        LatencyList waits = crowd.queueWaits();
        return new CrowdRun(
                carried / (bytesPerSecond * (durationNs / 1e9)),
                sum == 0 ? 1 : sum * sum / (before.length * sumOfSquares),
                List.of(small.percentileNs(50), small.percentileNs(99), small.percentileNs(99.9)),
                List.of(waits.percentileNs(50), waits.percentileNs(99)),
                crowd.network().dropped() - droppedBefore);
    }
}
