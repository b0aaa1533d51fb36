// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/**
 * Something that happened to a peer, once or several times in a row.
 *
 * @param firstNs clock time of the first time
 * @param lastNs clock time of the last time
 * @param count how often
 * @param detail one line, or empty
 */
public record PeerEvent(PeerEventKind kind, long firstNs, long lastNs, long count, String detail) {}
