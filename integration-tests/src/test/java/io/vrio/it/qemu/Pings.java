// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Pings of which none may be lost, by busybox. It waits for the last answers about a second,
 * whatever it is told, and a machine may stall for longer: so some more are sent behind those that
 * count, as soon as an answer comes or a second has passed.
 */
public final class Pings {
    private static final int MORE = 5;

    private Pings() {}

    /**
     * The line for a shell.
     *
     * @param options of ping, and the address
     */
    public static String command(int count, String options) {
        return "ping -c " + (count + MORE) + " -A -W 5 " + options;
    }

    /**
     * All that count were answered.
     *
     * @param said what the command printed
     */
    public static void assertAnswered(int count, String said) {
        List<Integer> lost =
                IntStream.range(0, count)
                        .filter(number -> !said.contains(" seq=" + number + " "))
                        .boxed()
                        .toList();
        assertEquals(List.of(), lost, said);
    }
}
