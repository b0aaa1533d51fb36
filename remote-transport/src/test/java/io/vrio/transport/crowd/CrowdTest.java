// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.crowd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.BlockRequestKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What many servers get through one link. All times are the simulation's. */
final class CrowdTest {
    private static final long MS = 1_000_000L;
    private static final long RATE = 1_250_000_000L;
    private static final SwitchedNetwork.Options NETWORK =
            new SwitchedNetwork.Options(1500, RATE, 1 << 20, 50_000, 0);
    private static final int FRAMES_PER_CYCLE = 64;
    private static final CrowdRun.Scenario SCENARIO =
            new CrowdRun.Scenario(NETWORK, FRAMES_PER_CYCLE, 1, CrowdRun.NO_LOAD, 20 * MS, 50 * MS);

    private static CrowdServer.Load load(BlockRequestKind kind) {
        return new CrowdServer.Load(kind, 64 << 10, 16, 100_000);
    }

    private static long smallAloneNs() {
        return CrowdRun.of(SCENARIO, 1).smallNs().get(1);
    }

    private static void checkShared(CrowdRun run) {
        assertTrue(run.goodput() >= 0.9, run::toString);
        assertTrue(run.fairness() >= 0.95, run::toString);
        assertTrue(run.smallNs().get(1) <= 4 * smallAloneNs(), run::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "WRITE, 1, 1", "WRITE, 2, 2", "WRITE, 8, 3", "WRITE, 32, 4", "WRITE, 32, 5",
        "READ, 1, 1", "READ, 2, 2", "READ, 8, 3", "READ, 32, 4", "READ, 32, 5"
    })
    void shouldShareALink(BlockRequestKind kind, int servers, long seed) {
        checkShared(CrowdRun.of(SCENARIO.with(servers, load(kind)), seed));
    }

    /** The receiver is the bottleneck: what waits in its socket is a queue like another. */
    @Test
    void shouldNotOverrunASlowIohyp() {
        int framesPerCycle = 2;
        CrowdRun run =
                CrowdRun.of(
                        new CrowdRun.Scenario(
                                NETWORK,
                                framesPerCycle,
                                8,
                                load(BlockRequestKind.WRITE),
                                20 * MS,
                                50 * MS),
                        1);
        double most = framesPerCycle * 1514 / (Crowd.CYCLE_NS / 1e9) / RATE;
        assertTrue(run.goodput() >= 0.7 * most, run::toString);
        assertTrue(run.fairness() >= 0.95, run::toString);
        assertTrue(run.smallNs().get(1) <= 4 * smallAloneNs(), run::toString);
    }

    @ParameterizedTest
    @CsvSource({"WRITE", "READ"})
    void shouldGiveLatecomersNotMuchMore(BlockRequestKind kind) {
        try (Crowd crowd = new Crowd(NETWORK, FRAMES_PER_CYCLE, 1)) {
            for (int i = 0; i < 4; i++) {
                crowd.add(load(kind)).start();
                crowd.run(10 * MS);
            }
            // So long that each has looked behind the queue that stood when it came.
            crowd.run(1000 * MS);
            CrowdRun run = CrowdRun.measure(crowd, RATE, 50 * MS);
            assertTrue(run.goodput() >= 0.9, run::toString);
            assertTrue(run.fairness() >= 0.95, run::toString);
            assertTrue(run.smallNs().get(1) <= 4 * smallAloneNs(), run::toString);
        }
    }

    /**
     * One super-frame of each is already more than the path holds, and takes longer than answers
     * took before: nothing must be sent again in vain, which would keep the queue for ever.
     */
    @ParameterizedTest
    @CsvSource({"WRITE", "READ"})
    void shouldNotCollapseWhereTheLinkIsSlow(BlockRequestKind kind) {
        SwitchedNetwork.Options slow =
                new SwitchedNetwork.Options(1500, RATE / 10, 1 << 20, 50_000, 0);
        CrowdServer.Load load = new CrowdServer.Load(kind, 64 << 10, 16, 4 * MS);
        CrowdRun run =
                CrowdRun.of(
                        new CrowdRun.Scenario(slow, FRAMES_PER_CYCLE, 32, load, 80 * MS, 150 * MS),
                        1);
        assertTrue(run.goodput() >= 0.9, run::toString);
        assertTrue(run.fairness() >= 0.85, run::toString);
        assertTrue(run.smallNs().get(0) <= MS, run::toString);
    }

    @Test
    void shouldNotTakeLossForACrowd() {
        SwitchedNetwork.Options lossy =
                new SwitchedNetwork.Options(1500, RATE, 1 << 20, 50_000, 10_000);
        CrowdRun run =
                CrowdRun.of(
                        new CrowdRun.Scenario(
                                lossy,
                                FRAMES_PER_CYCLE,
                                1,
                                load(BlockRequestKind.WRITE),
                                20 * MS,
                                50 * MS),
                        1);
        assertTrue(run.goodput() >= 0.6, run::toString);
    }
}
