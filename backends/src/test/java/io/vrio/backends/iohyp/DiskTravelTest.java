// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DiskHomes.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Claims, revocations, detachments, resizes, deletions and requests of two disks from three
 * workers, in an order that a seed chooses; the workers do what they were told in as random an
 * order.
 */
final class DiskTravelTest {
    private static final int STEPS = 400;
    private static final int WORKERS = 3;
    private static final List<String> NAMES = List.of("data", "root");

    private SplittableRandom random;
    private DiskHomes homes;
    private final List<Claim> claims = new ArrayList<>();
    private final long[] epochs = {1, 1};
    private long number;

    static long[] seeds() {
        return new SplittableRandom(20261121).longs(200).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldNeverHaveTwoHomesNorForgetAnything(long seed) throws BackendException {
        random = new SplittableRandom(seed);
        try (DiskHomes opened = new DiskHomes(WORKERS)) {
            homes = opened;
            homes.create("root");
            homes.create("data");
            for (int i = 0; i < STEPS; i++) {
                step();
                check();
            }
            calmDown();
        }
    }

    private void step() {
        switch (random.nextInt(12)) {
            case 0, 1 -> claim();
            case 2 -> held().forEach(Claim::close);
            case 3 -> any(disk -> change(disk, DiskTravelTest::resize));
            case 4 -> recreate();
            case 5, 6 -> held().forEach(Claim::write);
            case 7, 8 -> homes.disks().forEach(this::maybeEnd);
            case 9 -> epochs[random.nextInt(2)]++;
            default -> homes.workers.get(random.nextInt(WORKERS)).runOne();
        }
    }

    private void claim() {
        int server = random.nextInt(2);
        claims.add(
                homes.claim(
                        random.nextInt(WORKERS),
                        NAMES.get(random.nextInt(2)),
                        "host-" + server,
                        epochs[server],
                        ++number));
    }

    private List<Claim> held() {
        return claims.stream().filter(c -> c.isHeld() && random.nextBoolean()).toList();
    }

    private void maybeEnd(HomedDisk disk) {
        if (random.nextBoolean()) {
            disk.endOne();
        }
    }

    private interface Change {
        void apply(DiskRegistry home, String name) throws BackendException;
    }

    private interface Visit {
        void visit(String name);
    }

    private void any(Visit visit) {
        visit.visit(NAMES.get(random.nextInt(2)));
    }

    /** As the operator's command does it: on the worker that the disk is said to be at home on. */
    private void change(String name, Change change) {
        DiskRegistry home = homes.registries.get(0).home(name);
        home.tell(
                () -> {
                    try {
                        change.apply(home, name);
                    } catch (BackendException e) {
                        // It is used, or on its way: the operator is told so.
                        refusals.add(e.getMessage());
                    }
                });
    }

    private final List<String> refusals = new ArrayList<>();

    private static void resize(DiskRegistry home, String name) throws BackendException {
        home.resize(name, 2 << 20, false);
    }

    private void recreate() {
        any(name -> change(name, DiskRegistry::remove));
        change(
                "root",
                (home, name) -> homes.registries.get(0).create("root", homes.specification()));
    }

    /** At each moment. */
    private void check() {
        for (String name : NAMES) {
            long homesOfIt =
                    homes.registries.stream()
                            .filter(r -> r.list().stream().anyMatch(d -> d.name().equals(name)))
                            .count();
            assertTrue(homesOfIt <= 1, name + " has two homes");
        }
        for (Claim claim : claims) {
            assertTrue(claim.answers <= 1, "answered twice");
        }
    }

    /** Faults stop, and everything ends. */
    private void calmDown() {
        homes.settle();
        while (homes.disks().stream().anyMatch(disk -> disk.underWay() > 0)) {
            homes.disks().forEach(HomedDisk::endOne);
            homes.settle();
        }
        for (Claim claim : claims) {
            assertEquals(1, claim.answers, "a claim was lost");
            if (claim.isHeld()) {
                claim.close();
            }
        }
        homes.settle();
        for (Claim claim : claims) {
            assertEquals(claim.begun, claim.ended, "a request was lost");
        }
        for (String name : homes.registries.get(0).names()) {
            Claim last = homes.claim(1, name, "host-9", 1, 1);
            homes.settle();
            assertTrue(last.isHeld(), name + ": " + last.refusal);
            last.close();
        }
        homes.settle();
        assertEquals(List.of(), homes.kept.records());
        assertEquals(
                homes.registries.get(0).names(),
                homes.records.records().stream().map(DiskRecord::name).toList());
    }
}
