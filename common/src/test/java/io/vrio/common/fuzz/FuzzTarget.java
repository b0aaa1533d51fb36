// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.fuzz;

import java.util.List;

/**
 * A part that takes bytes from outside, made to take those of a fuzzer. Found by ServiceLoader;
 * named by its class: {@code FrameTarget} is the target {@code frame}. One thread.
 */
public interface FuzzTarget extends AutoCloseable {
    /** Right inputs, of all kinds that there are: what the fuzzer begins with. */
    List<byte[]> seeds();

    /**
     * Takes one input, and is afterwards as it was before. What it throws is a finding.
     *
     * @param input any bytes
     */
    void run(byte[] input);

    @Override
    void close();
}
