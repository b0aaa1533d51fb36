// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FlowTableTest {
    private final FlowTable<String> table = new FlowTable<>(String[]::new);

    @Test
    void shouldFindEachByItsFlow() {
        table.put(1, "first");
        table.put(256, "next page");
        table.put(FlowTable.FLOW_MAX, "last");

        assertEquals("first", table.get(1));
        assertEquals("next page", table.get(256));
        assertEquals("last", table.get(FlowTable.FLOW_MAX));
        assertNull(table.get(2));
        assertNull(table.get(512));
    }

    @Test
    void shouldForgetOnlyWhatIsRemoved() {
        table.put(7, "seventh");
        table.put(8, "eighth");

        assertEquals("seventh", table.remove(7));
        assertNull(table.remove(7));
        assertNull(table.get(7));
        assertEquals("eighth", table.get(8));
    }

    @Test
    void shouldFindNothingBeyondAllFlows() {
        table.put(0xFFFF, "last");

        assertNull(table.get(-1));
        assertNull(table.get(0x1_0000));
        assertNull(table.remove(0x1_FFFF));
        assertEquals("last", table.get(0xFFFF));
    }

    @Test
    void shouldNotGiveAFlowToTwo() {
        table.put(3, "first");

        assertThrows(IllegalStateException.class, () -> table.put(3, "second"));
        assertEquals("first", table.get(3));
    }

    @Test
    void shouldBeEmptyAfterClear() {
        table.put(3, "first");
        table.put(1000, "second");

        table.clear();

        assertNull(table.get(3));
        assertNull(table.get(1000));
    }
}
