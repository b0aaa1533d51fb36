// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/** Hears the end of a request. Called on the worker that submitted it, exactly once per push. */
@FunctionalInterface
public interface BlockCompletion {
    /**
     * The request has ended with {@code status} as far as the stations below are concerned. The
     * receiver hands it on with {@link BlockRequest#complete}, at once or later, or submits it
     * again.
     */
    void onComplete(BlockRequest request, IoStatus status);
}
