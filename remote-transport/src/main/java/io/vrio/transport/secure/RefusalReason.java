// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

/** Why an IOhyp does not begin an association. The order plus one is the code on the wire. */
public enum RefusalReason {
    /** It lets in nobody without a key. */
    KEY_NEEDED,
    /** It runs without keys. */
    NO_KEYS,
    /** It has no key for this name, or another one: it does not tell strangers which. */
    WRONG_KEY;

    private static final RefusalReason[] VALUES = values();

    /** The reason with this code, or null. */
    static RefusalReason ofCode(int code) {
        return code >= 1 && code <= VALUES.length ? VALUES[code - 1] : null;
    }

    int code() {
        return ordinal() + 1;
    }
}
