// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

/** What a message is. The order plus one is the code on the wire. */
public enum MessageKind {
    /** JSON text about the association, a disk or a NIC. */
    CONTROL,
    /** A request of a device. */
    REQUEST,
    /** The answer to a request: same flow, same id. */
    RESPONSE,
    /** Filler of path probes and keep-alive; has no meaning but that it arrived. */
    PROBE,
    /** Frames of a NIC, or a part of one; only in super-frames that are not reliable. */
    FRAMES,
    /** How far the frames of a NIC have been taken; only in super-frames that are not reliable. */
    FRAMES_TAKEN,
    /** The association is over; only in super-frames that are sealed and not reliable. */
    GOODBYE;

    private static final MessageKind[] VALUES = values();

    /** The kind with this code, or null. */
    static MessageKind ofCode(int code) {
        return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
    }

    int code() {
        return ordinal() + 1;
    }
}
