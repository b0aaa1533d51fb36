// SPDX-License-Identifier: Apache-2.0
/** Requests and responses between a guest and a machine behind its NIC. */
package io.vrio.bench.roundtrip;
