// SPDX-License-Identifier: Apache-2.0
/** Benchmarks; they measure and verify data, and never assert a time. */
package io.vrio.bench;
