// SPDX-License-Identifier: Apache-2.0
/** Measures a remote NIC: booted guests, and a packet generator, against what a user would have. */
package io.vrio.bench.net;
