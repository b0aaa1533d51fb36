// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkloadTest {
    @Test
    void shouldReadARowFromItsName() {
        assertEquals(new Workload("rw4k-q256", true, true, 4096, 256), Workload.named("rw4k-q256"));
        assertEquals(new Workload("sr1m-q4", false, false, 1 << 20, 4), Workload.named("sr1m-q4"));
    }

    @Test
    void shouldReadEachRowOfTheTable() {
        assertEquals(
                Workload.ALL,
                Workload.ALL.stream().map(row -> Workload.named(row.name())).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rr4k", "rr4k-q0", "rr4k-q257", "rr3k-q1", "rr2m-q1", "rx4k-q1", "rr0k-q1"})
    void shouldRefuseARowThatNoGuestCanAskFor(String name) {
        assertThrows(IllegalArgumentException.class, () -> Workload.named(name));
    }
}
