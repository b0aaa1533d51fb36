// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

/**
 * What a worker has done since its start.
 *
 * @param busyNs how long it has had work, see {@link io.vrio.common.agent.Worker#busyNs}
 * @param done requests and frames that it has brought to an end
 */
record WorkerLoad(long busyNs, long done) {}
