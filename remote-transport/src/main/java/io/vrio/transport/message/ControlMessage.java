// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.vrio.common.io.DiskProperties;

/**
 * What the two ends say to each other about the association and its disks. JSON, one object a
 * message; {@code type} tells which. Unknown properties are ignored, unknown types end the
 * association.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlMessage.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = ControlMessage.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ControlMessage.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = ControlMessage.Attach.class, name = "attach"),
    @JsonSubTypes.Type(value = ControlMessage.Attached.class, name = "attached"),
    @JsonSubTypes.Type(value = ControlMessage.AttachRefused.class, name = "attach-refused"),
    @JsonSubTypes.Type(value = ControlMessage.Detach.class, name = "detach"),
    @JsonSubTypes.Type(value = ControlMessage.Revoked.class, name = "revoked"),
    @JsonSubTypes.Type(value = ControlMessage.Changed.class, name = "changed")
})
public sealed interface ControlMessage {
    /** Limit: bytes of one control message as JSON. */
    int LENGTH_MAX = 4096;

    /**
     * The server's first message.
     *
     * @param version of the protocol
     * @param server its name, 1-64 characters
     * @param epoch random number of its process
     * @param tag to be put into the header of each super-frame sent to it
     * @param mtu of its interface, bytes
     * @param security how messages are protected; {@code none} is the only one of version 1
     */
    record Hello(int version, String server, long epoch, int tag, int mtu, String security)
            implements ControlMessage {}

    /** The IOhyp's answer to {@link Hello}; the fields have the same meaning for its side. */
    record Welcome(int version, long epoch, int tag, int mtu, String security)
            implements ControlMessage {}

    /** The IOhyp does not want this association; {@code reason} is one line for the operator. */
    record Refused(String reason) implements ControlMessage {}

    /** The server claims a disk; what is about it travels on {@code flow} from then on. */
    record Attach(int flow, String disk) implements ControlMessage {}

    /**
     * The disk is the server's.
     *
     * @param incarnation changes when acknowledged writes that were not flushed may be lost
     * @param requestsMax requests that may be under way at a time
     */
    record Attached(int flow, long incarnation, int requestsMax, DiskProperties properties)
            implements ControlMessage {}

    record AttachRefused(int flow, String reason) implements ControlMessage {}

    record Detach(int flow) implements ControlMessage {}

    /**
     * The disk is not the server's any more.
     *
     * @param isFinal whether another process of the same name has it now, so that asking again
     *     would only take it back
     */
    record Revoked(int flow, String reason, boolean isFinal) implements ControlMessage {}

    record Changed(int flow, DiskProperties properties) implements ControlMessage {}
}
