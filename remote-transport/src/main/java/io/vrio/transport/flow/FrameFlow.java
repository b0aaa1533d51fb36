// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.flow;

/** The flow of one NIC, in one direction, in one association: numbers its messages. One worker. */
public final class FrameFlow {
    private final int flow;
    private int lastId;

    /**
     * @param flow 1 to 65535
     */
    public FrameFlow(int flow) {
        this.flow = flow;
    }

    int flow() {
        return flow;
    }

    /** Numbers run on for ever, and are compared by difference. */
    int nextId() {
        return ++lastId;
    }
}
