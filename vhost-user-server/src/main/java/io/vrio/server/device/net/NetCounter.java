// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.counter.CounterId;

/** What a NIC has done for one pair of queues, rx and tx as the guest sees it. */
enum NetCounter implements CounterId {
    TX_FRAMES("Frames of the guest that were taken towards the network."),
    TX_BYTES("Bytes of those frames."),
    TX_DROPPED("Frames of the guest that were dropped."),
    TX_HELD_BACK("Times the way to the network had no room, and the guest's frame was kept."),
    RX_FRAMES("Frames that the guest was given, after cutting."),
    RX_BYTES("Bytes of those frames."),
    RX_DROPPED("Frames for the guest that were dropped."),
    RX_HELD_BACK("Times the guest had too few buffers, and the frame was kept by its sender."),
    RX_CUT("Frames cut in software, because the guest cannot take them whole."),
    RX_SUMMED("Frames summed in software, because the guest cannot."),
    BAD_CHAINS("Receive buffers that were none: without room, or not to be written."),
    COMMANDS("Commands of the control queue that were obeyed."),
    COMMANDS_REFUSED("Commands of the control queue that were not."),
    CALLS("Calls to the guest."),
    QUEUE_FAULTS("Queues stopped because of the guest's ring or memory.");

    private final String meaning;

    NetCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
