// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

/**
 * How one daemon started.
 *
 * @param listeningMs from its start until it could be connected to; 0 when that is not known
 * @param readyMs from its start until it said that it serves
 * @param ownKib anonymous and file pages after the load: what it costs beside the guest's memory
 */
record DaemonStart(String role, double listeningMs, double readyMs, long ownKib) {
    private static final double NS_PER_MS = 1e6;

    static DaemonStart of(Daemon daemon) {
        ProcessUsage usage = daemon.usage();
        return new DaemonStart(
                daemon.role(),
                daemon.listeningNs() / NS_PER_MS,
                daemon.readyNs() / NS_PER_MS,
                usage.anonKib() + usage.fileKib());
    }
}
