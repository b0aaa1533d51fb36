// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** How far an association has come. */
public enum PeerState {
    /** Waiting for the next attempt. */
    WAITING,
    /** Looking for the peer's Ethernet address. */
    RESOLVING,
    /** SYN sent. */
    OPENING,
    /** Key exchange begun: each end is to prove that it has the key. */
    KEYING,
    /** Greeting sent; version, tags and MTU are being settled. */
    GREETING,
    /** A frame of full size is on its way to prove the path. */
    PROBING,
    /** Disks can be used. */
    ESTABLISHED,
    /** Refused for good; an operator must act. */
    REFUSED,
    /** A server that was at this IOhyp and is not there any more. */
    GONE
}
