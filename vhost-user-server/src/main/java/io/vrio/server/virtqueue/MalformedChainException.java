// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/**
 * The guest broke the rules of its ring. Without stack trace: a hostile guest may cause many. When
 * {@link RingCounter#isRingFault} the queue must stop; else the chain is given back with length 0
 * and the ring lives on.
 */
public final class MalformedChainException extends Exception {
    private static final long serialVersionUID = 1L;

    private final RingCounter reason;

    public MalformedChainException(RingCounter reason) {
        super(reason.meaning(), null, false, false);
        this.reason = reason;
    }

    public RingCounter reason() {
        return reason;
    }
}
