// SPDX-License-Identifier: Apache-2.0
/** What more devices, more hosts and deeper queues do to rate, latency and memory. */
package io.vrio.bench.growth;
