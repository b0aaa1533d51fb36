// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * How much of an association is under way as of one moment, and how much may be. Bytes.
 *
 * @param flightBytes sent in super-frames that the peer is not known to have
 * @param flightFrames how many super-frames these are
 * @param creditBytes what the peer lets us send now
 * @param grantedBytes what we let the peer send now
 * @param heldBytes of messages received in part, which are taken off what is granted
 */
public record WindowStatus(
        long flightBytes, int flightFrames, long creditBytes, long grantedBytes, long heldBytes) {
    static WindowStatus of(RetransmitQueue retransmits, Credit credit, SuperFrameSender sender) {
        return new WindowStatus(
                retransmits.flightBytes(),
                retransmits.count(),
                Math.max(0, credit.available(sender.nextSequence())),
                credit.windowBytes(sender.highestReceived()),
                credit.heldBytes());
    }
}
