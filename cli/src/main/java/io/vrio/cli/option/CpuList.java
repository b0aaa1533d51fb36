// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.util.List;

/**
 * The CPUs that an operator gives to workers, the first one to the first worker.
 *
 * @param numbers as the kernel counts them, none twice; none at all for wherever the kernel puts
 *     the workers
 */
public record CpuList(List<Integer> numbers) {
    public static final CpuList ANY = new CpuList(List.of());

    public CpuList {
        numbers = List.copyOf(numbers);
    }

    public boolean isEmpty() {
        return numbers.isEmpty();
    }
}
