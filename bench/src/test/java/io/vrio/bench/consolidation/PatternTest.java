// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.consolidation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PatternTest {
    @ParameterizedTest
    @CsvSource({"0, '[0, 3]'", "99, '[0, 3]'", "100, '[0, 1]'", "250, '[1, 2]'", "399, '[2, 3]'"})
    void shouldHaveTwoHostsBusyAtAnyTime(long ms, String hosts) {
        assertEquals(hosts, busy(Pattern.BURSTS, ms).toString());
    }

    @Test
    void shouldBeginAgainAfterTheLastHost() {
        assertEquals(busy(Pattern.BURSTS, 50), busy(Pattern.BURSTS, 450));
    }

    @Test
    void shouldHaveOneHotHostAlways() {
        assertEquals(List.of(0), busy(Pattern.HOT, 0));
        assertEquals(List.of(0), busy(Pattern.HOT, 333));
    }

    @Test
    void shouldWaitForTheNextSlotOnly() {
        long ns = TimeUnit.MILLISECONDS.toNanos(130);
        assertEquals(TimeUnit.MILLISECONDS.toNanos(70), Pattern.BURSTS.untilNextSlotNs(ns));
    }

    @Test
    void shouldGiveEachHostWholeBursts() {
        long second = TimeUnit.SECONDS.toNanos(1);
        assertEquals(second * 8 / 5, Pattern.BURSTS.wholeNs(1.5));
        assertEquals(second * 8 / 5, Pattern.LONG_BURSTS.wholeNs(1.5));
        assertEquals(second * 2, Pattern.BURSTS.wholeNs(2));
    }

    @Test
    void shouldGiveTheHotHostAsManyDisksAsThereAreWorkers() {
        assertEquals(4, Pattern.HOT.sharedDisks(0));
        assertEquals(1, Pattern.HOT.sharedDisks(1));
        assertEquals(1, Pattern.BURSTS.sharedDisks(0));
    }

    private static List<Integer> busy(Pattern pattern, long ms) {
        long ns = TimeUnit.MILLISECONDS.toNanos(ms);
        return IntStream.range(0, Pattern.HOSTS)
                .filter(host -> pattern.isBusy(host, ns))
                .boxed()
                .toList();
    }
}
