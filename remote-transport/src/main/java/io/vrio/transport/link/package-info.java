// SPDX-License-Identifier: Apache-2.0
/** Moves single frames: packet sockets, their surroundings, and wires in memory for tests. */
package io.vrio.transport.link;
