// SPDX-License-Identifier: Apache-2.0
/** Executes I/O on the I/O host: interposers, and the backends under them. */
package io.vrio.backends;
