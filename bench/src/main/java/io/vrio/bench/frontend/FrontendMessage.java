// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.frontend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message of a vhost-user connection, either direction. Received descriptors belong to the
 * receiver, sent ones stay the sender's.
 *
 * @param payload little endian, from position 0 to its limit
 */
public record FrontendMessage(int request, int flags, ByteBuffer payload, int... descriptors) {
    /** Without payload. */
    public static FrontendMessage of(int request, int... descriptors) {
        return of(request, payload(0), descriptors);
    }

    public static FrontendMessage of(int request, ByteBuffer payload, int... descriptors) {
        return new FrontendMessage(request, VhostUserProtocol.VERSION, payload, descriptors);
    }

    public static FrontendMessage ofLong(int request, long value, int... descriptors) {
        return of(request, payload(8).putLong(0, value), descriptors);
    }

    /** A vring's number and one value of it (NUM, BASE, ENABLE). */
    public static FrontendMessage ofState(int request, int queue, int value) {
        return of(request, payload(8).putInt(0, queue).putInt(4, value));
    }

    /** An empty payload to be filled, little endian. */
    public static ByteBuffer payload(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    public FrontendMessage withFlags(int newFlags) {
        return new FrontendMessage(request, newFlags, payload, descriptors);
    }

    /** The 64-bit value that most replies carry. */
    public long longValue() {
        return payload.getLong(0);
    }
}
