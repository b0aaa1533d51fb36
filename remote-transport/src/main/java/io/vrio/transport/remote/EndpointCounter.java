// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.CounterId;

/** What an IOhyp counts for all its associations together. */
public enum EndpointCounter implements CounterId {
    REQUESTS("a request of a server ended"),
    WAITS_FOR_BUFFERS("a read waited because all frame buffers were in use"),
    STARVED_OF_BUFFERS("frames were left in the socket because all frame buffers were in use"),
    FRAMES_INVALID("a frame was not valid Ethernet, IPv4 and TCP of this protocol"),
    SYNS("a SYN was answered"),
    RSTS_SENT("a frame that belongs to no association was answered with RST"),
    FRAMES_UNKNOWN("a frame that belongs to no association was dropped without an answer"),
    REFUSALS("a server was refused for its key, or for having none"),
    ASSOCIATIONS_BEGUN("a server was let in"),
    ASSOCIATIONS_LOST("an association ended without a goodbye"),
    PROTOCOL_ERRORS("a server broke the protocol and was sent away"),
    FAULTS("this program failed while serving a server, whose association ended");

    private final String meaning;

    EndpointCounter(String meaning) {
        this.meaning = meaning;
    }

    @Override
    public String meaning() {
        return meaning;
    }
}
