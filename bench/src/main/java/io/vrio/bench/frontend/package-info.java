// SPDX-License-Identifier: Apache-2.0
/**
 * The other side of a vhost-user socket: what a VMM and a guest's virtio-blk driver do together,
 * over real shared memory and real rings. Drives the benchmarks and the integration tests.
 *
 * <p>From the bottom: {@code VhostUserLink} moves raw messages, {@code VhostUserFrontend} knows the
 * typed ones, {@code DriverQueue} is the driver side of a split ring, {@code BlockQueue} puts block
 * requests on it, {@code BlockGuest} assembles them as QEMU does.
 */
package io.vrio.bench.frontend;
