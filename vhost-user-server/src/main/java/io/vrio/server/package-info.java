// SPDX-License-Identifier: Apache-2.0
/** Serves the virtqueues of guests; does not know where the disk is. */
package io.vrio.server;
