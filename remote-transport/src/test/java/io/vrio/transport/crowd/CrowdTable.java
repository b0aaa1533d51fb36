// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import io.vrio.common.io.BlockRequestKind;

/** Prints what crowds of several sizes get, for docs/performance.md. */
final class CrowdTable {
    private CrowdTable() {}

    /** Arguments: Gb/s, delay in us one way, KiB of the switch's port, MTU, loss in ppm, seeds. */
    public static void main(String[] args) {
        long rate = Long.parseLong(args[0]) * 125_000_000L;
        SwitchedNetwork.Options network =
                new SwitchedNetwork.Options(
                        Integer.parseInt(args[3]),
                        rate,
                        Long.parseLong(args[2]) << 10,
                        Long.parseLong(args[1]) * 1000,
                        Integer.parseInt(args[4]));
        int length = Integer.parseInt(args[6]) << 10;
        // As much of the link at any rate: 100 us at 10 Gbit/s.
        long pauseNs = 125_000_000_000_000L / rate;
        int depth = Integer.parseInt(args[7]);
        int frames = args.length > 8 ? Integer.parseInt(args[8]) : 64;
        CrowdRun.Scenario base =
                new CrowdRun.Scenario(
                        network, frames, 1, CrowdRun.NO_LOAD, 30_000_000L, 60_000_000L);
        long alone = CrowdRun.of(base, 1).smallNs().get(1);
        System.out.printf("alone: p99 %d us%n", alone / 1000);
        for (BlockRequestKind kind :
                new BlockRequestKind[] {BlockRequestKind.WRITE, BlockRequestKind.READ}) {
            for (int servers : new int[] {1, 2, 8, 32}) {
                for (long seed = 1; seed <= Long.parseLong(args[5]); seed++) {
                    CrowdServer.Load load = new CrowdServer.Load(kind, length, depth, pauseNs);
                    CrowdRun run = CrowdRun.of(base.with(servers, load), seed);
                    System.out.printf(
                            "%-5s n=%2d goodput %.3f fairness %.3f small p50 %d p99 %d (%.1fx)"
                                    + " p99.9 %d us; queue p50 %d p99 %d us; dropped %d%n",
                            kind,
                            servers,
                            run.goodput(),
                            run.fairness(),
                            run.smallNs().get(0) / 1000,
                            run.smallNs().get(1) / 1000,
                            (double) run.smallNs().get(1) / alone,
                            run.smallNs().get(2) / 1000,
                            run.waitNs().get(0) / 1000,
                            run.waitNs().get(1) / 1000,
                            run.dropped());
                }
            }
        }
    }
}
