// SPDX-License-Identifier: Apache-2.0
/** The memory that a guest shares with us: mapping, translation, leases. */
package io.vrio.server.memory;
