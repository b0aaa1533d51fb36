// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which disks leave a worker that has too much to do. */
final class DiskLoadsTest {
    private static final Set<String> ALL = Set.of("a", "b", "c", "d");

    private final DiskLoads loads = new DiskLoads();

    private void work(long a, long b, long c, long d) {
        loads.look(Map.of("a", 1000L, "b", 1000L, "c", 1000L, "d", 1000L));
        loads.look(Map.of("a", 1000 + a, "b", 1000 + b, "c", 1000 + c, "d", 1000 + d));
    }

    @Test
    void shouldCountWhatWasDoneBetweenTwoLooks() {
        work(10, 20, 30, 40);
        assertEquals(20, loads.of("b"));
        assertEquals(50, loads.of(Set.of("a", "d")));
    }

    @Test
    void shouldCountNothingOfADiskThatIsNewOrGone() {
        work(10, 20, 30, 40);
        loads.look(Map.of("a", 1010L, "e", 5000L));
        assertEquals(0, loads.of(Set.of("b", "e")));
    }

    @Test
    void shouldGiveEverySecondDiskAway() {
        work(10, 40, 20, 30);
        assertEquals(List.of("d", "a"), loads.half(ALL, false));
    }

    @Test
    void shouldKeepTheOnlyDiskOfAWorkerThatHasNothingElse() {
        work(10, 0, 0, 0);
        assertEquals(List.of(), loads.half(Set.of("a"), false));
        assertEquals(List.of("a"), loads.half(Set.of("a"), true));
    }

    @Test
    void shouldChooseTheDiskThatFitsBest() {
        work(50, 25, 15, 10);
        assertEquals(Optional.of("b"), loads.closest(ALL, 0.22));
    }

    @Test
    void shouldNotChooseOneThatWouldMakeTheOtherWorkerTheBusyOne() {
        work(90, 0, 0, 10);
        assertEquals(Optional.of("d"), loads.closest(ALL, 0.4));
        assertEquals(Optional.empty(), loads.closest(Set.of("a"), 0.4));
    }

    @Test
    void shouldNotChooseAnIdleOne() {
        work(100, 0, 0, 0);
        assertEquals(Optional.empty(), loads.closest(ALL, 0.2));
    }
}
