// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class LengthOptionsTest {
    @Command
    private static final class SomeBench {
        @Mixin private RoundsOption rounds = new RoundsOption(7);

        @Mixin private SecondsOption seconds = new SecondsOption(1.5);

        static SomeBench of(String... arguments) {
            return CommandLine.populateCommand(new SomeBench(), arguments);
        }
    }

    @Test
    void shouldHaveTheBenchsDefaults() {
        SomeBench bench = SomeBench.of();
        assertEquals(7, bench.rounds.rounds());
        assertEquals(1.5, bench.seconds.seconds());
    }

    @Test
    void shouldShowTheBenchsDefaultsInItsHelp() {
        String usage = new CommandLine(new SomeBench()).getUsageMessage();
        assertTrue(usage.contains("default 7"), usage);
        assertTrue(usage.contains("default 1.5"), usage);
    }

    @Test
    void shouldTakeWhatTheUserSays() {
        SomeBench bench = SomeBench.of("--rounds=2", "--seconds=3");
        assertEquals(2, bench.rounds.rounds());
        assertEquals(3, bench.seconds.whole());
    }

    @Test
    void shouldRefuseWhatMeasuresNothing() {
        SomeBench none = SomeBench.of("--rounds=0", "--seconds=0");
        assertThrows(IllegalArgumentException.class, none.rounds::rounds);
        assertThrows(IllegalArgumentException.class, none.seconds::seconds);
        SomeBench part = SomeBench.of("--seconds=2.5");
        assertThrows(IllegalArgumentException.class, part.seconds::whole);
    }
}
