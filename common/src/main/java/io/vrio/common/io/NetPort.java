// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.io;

/**
 * Where frames go: the remote stub, each link of the interposer chain, the backend, and on the way
 * back the guest's receive queues. The same at every station, so the way can be cut anywhere and
 * the rest tested alone.
 */
@FunctionalInterface
public interface NetPort {
    /**
     * Takes a frame, or drops and counts it, before it returns; nobody keeps it or its memory. On
     * the worker's thread; never blocks. Frames of one queue keep their order.
     *
     * @return false when there is no room now: nothing has happened, and the caller may offer the
     *     frame again later, before any other of its queue, or drop and count it
     */
    boolean offer(NetFrame frame);
}
