// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

/** What can happen to a peer that explains, a day later, what guests have felt. */
public enum PeerEventKind {
    /** Its disks and NICs can be used from now on. */
    ESTABLISHED,
    /** The association was lost; the detail says why. */
    LOST,
    /** The association ended in order. */
    ENDED,
    /** It has sent us to another of its ports; the detail says which. */
    REDIRECTED,
    /** An attempt to reach it failed; the detail says why. */
    ATTEMPT_FAILED,
    /** Another process of it than the last time. */
    RESTARTED,
    /** It came from another address than the last time. */
    ADDRESS_CHANGED,
    /** The MTU between the two is another one than the last time. */
    MTU_CHANGED,
    /** One of the ends has begun to use its next key. */
    KEY_CHANGED,
    /** Somebody who may be a stranger said that it is gone, and it was asked. */
    SUSPECTED;

    /** Whether it divides the times with an association from those without. */
    boolean isTurn() {
        return switch (this) {
            case ESTABLISHED, LOST, ENDED, REDIRECTED -> true;
            case ATTEMPT_FAILED, RESTARTED, ADDRESS_CHANGED, MTU_CHANGED, KEY_CHANGED, SUSPECTED ->
                    false;
        };
    }
}
