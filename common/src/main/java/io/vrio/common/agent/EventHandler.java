// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.agent;

/** Hears that a file descriptor it registered with its worker is ready. On the worker's thread. */
@FunctionalInterface
public interface EventHandler {
    /** Level triggered: called again after the next wait unless what made it ready is consumed. */
    void onReady();
}
