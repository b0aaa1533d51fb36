// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/**
 * The bytes that have come in frames which may be anybody's. An answer to them is never longer, so
 * nobody can make us send more, to whom he pretends to be, than he sends himself. One worker.
 */
final class AnswerBudget {
    /** Limit: more is forgotten, so that much that was not answered pays for no flood later. */
    static final int BYTES_MAX = 4096;

    private int bytes;

    /** A frame of {@code length} bytes has come. */
    void onFrame(int length) {
        bytes = Math.min(BYTES_MAX, bytes + length);
    }

    /**
     * Whether there may be an answer of {@code length} bytes. What has come so far is then
     * answered.
     */
    boolean mayAnswer(int length) {
        boolean isEnough = bytes >= length;
        bytes = isEnough ? 0 : bytes;
        return isEnough;
    }
}
