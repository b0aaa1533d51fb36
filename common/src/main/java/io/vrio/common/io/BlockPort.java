// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/**
 * Where block requests go: the remote stub, each link of the interposer chain, the backend. The
 * same at every station, so the way can be cut anywhere and the rest tested alone.
 */
@FunctionalInterface
public interface BlockPort {
    /**
     * Takes the request and ends it exactly once with {@link BlockRequest#complete}, perhaps before
     * returning, always on the calling worker's thread. Never blocks on the network. The number of
     * requests under way is bounded by the pools of those who submit.
     */
    void submit(BlockRequest request);
}
