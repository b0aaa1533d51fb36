// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NicProperties;

/**
 * What the two ends say to each other about the association, its disks and NICs. JSON, one object a
 * message; {@code type} tells which. Unknown properties are ignored, unknown types end the
 * association.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlMessage.Hello.class, name = "hello"),
    @JsonSubTypes.Type(value = ControlMessage.Welcome.class, name = "welcome"),
    @JsonSubTypes.Type(value = ControlMessage.Refused.class, name = "refused"),
    @JsonSubTypes.Type(value = ControlMessage.Redirect.class, name = "redirect"),
    @JsonSubTypes.Type(value = ControlMessage.Attach.class, name = "attach"),
    @JsonSubTypes.Type(value = ControlMessage.Attached.class, name = "attached"),
    @JsonSubTypes.Type(value = ControlMessage.AttachRefused.class, name = "attach-refused"),
    @JsonSubTypes.Type(value = ControlMessage.Detach.class, name = "detach"),
    @JsonSubTypes.Type(value = ControlMessage.Abandon.class, name = "abandon"),
    @JsonSubTypes.Type(value = ControlMessage.Revoked.class, name = "revoked"),
    @JsonSubTypes.Type(value = ControlMessage.Changed.class, name = "changed"),
    @JsonSubTypes.Type(value = ControlMessage.AttachNic.class, name = "attach-nic"),
    @JsonSubTypes.Type(value = ControlMessage.NicAttached.class, name = "nic-attached"),
    @JsonSubTypes.Type(value = ControlMessage.NicChanged.class, name = "nic-changed"),
    @JsonSubTypes.Type(value = ControlMessage.GuestLeft.class, name = "guest-left")
})
public sealed interface ControlMessage {
    /** Of the protocol. */
    int VERSION = 1;

    /** Limit: bytes of one control message as JSON. */
    int LENGTH_MAX = 4096;

    /** Limit: characters of a reason; what is longer is cut. */
    int REASON_MAX = 512;

    /** Limit: characters of the name of a disk or a NIC. */
    int NAME_MAX = 64;

    /** Limit: the highest index of a worker of a server. */
    int WORKER_MAX = 255;

    /** Limit: bytes of a logical block. */
    int BLOCK_MAX = 65536;

    /** Returns why this message makes no sense, or null when it does. */
    default String invalidReason() {
        return null;
    }

    private static String oneLine(String reason) {
        if (reason == null) {
            return "";
        }
        // It comes from the peer and goes to a log and a terminal.
        String line = reason.replaceAll("[^\\x20-\\x7e]", "?");
        return line.length() <= REASON_MAX ? line : line.substring(0, REASON_MAX);
    }

    private static String invalidFlowReason(int flow) {
        return flow < 1 || flow > 0xFFFF ? "flow is not 1 to 65535" : null;
    }

    private static String invalidReason(DiskProperties properties) {
        if (properties == null || properties.serial() == null) {
            return "properties are missing";
        }
        int logical = properties.logicalBlockSize();
        int physical = properties.physicalBlockSize();
        if (Integer.bitCount(logical) != 1
                || logical < DiskProperties.SECTOR
                || logical > BLOCK_MAX
                || Integer.bitCount(physical) != 1
                || physical < logical) {
            return "block sizes make no sense";
        }
        if (properties.capacity() < 0 || properties.optimalIoSize() < 0) {
            return "a size is negative";
        }
        return properties.serial().matches("[\\x20-\\x7e]{0,20}") ? null : "serial is not ASCII";
    }

    private static String invalidAttachReason(int flow, String name, long claim) {
        return claim < 0 ? "claim is negative" : invalidAttachReason(flow, name);
    }

    private static String invalidAttachReason(int flow, String name) {
        boolean isName = name != null && !name.isEmpty() && name.length() <= NAME_MAX;
        return isName ? invalidFlowReason(flow) : "name is not 1 to 64 characters";
    }

    private static String invalidReason(NicProperties properties) {
        if (properties == null || properties.broadcastDomain() == null) {
            return "properties are missing";
        }
        long mac = properties.mac();
        if (mac != 0 && (mac >>> 48 != 0 || !MacAddress.isStation(mac))) {
            return "mac is not that of a station";
        }
        if (properties.mtu() < NicProperties.MTU_MIN || properties.mtu() > NicProperties.MTU_MAX) {
            return "mtu is not 68 to 65535";
        }
        String domain = properties.broadcastDomain();
        boolean isShort = domain.length() <= NicProperties.BROADCAST_DOMAIN_MAX;
        return isShort ? null : "broadcast domain is longer than 64 characters";
    }

    /**
     * The server's first message.
     *
     * @param version of the protocol
     * @param server its name, 1-64 characters
     * @param epoch random number of its process
     * @param tag to be put into the header of each super-frame sent to it
     * @param mtu of its interface, bytes
     * @param security how messages are protected
     * @param worker index of its worker that greets, 0-255: each has an association of its own;
     *     null from a release that has one worker and follows no {@link Redirect}
     */
    record Hello(
            int version,
            String server,
            long epoch,
            int tag,
            int mtu,
            String security,
            Integer worker)
            implements ControlMessage {
        public Hello {
            security = oneLine(security);
        }

        /** The index of the server's worker. */
        public int workerIndex() {
            return worker == null ? 0 : worker;
        }

        /** Whether the server goes where it is sent. */
        public boolean followsRedirects() {
            return worker != null;
        }

        @Override
        public String invalidReason() {
            boolean isWorker = workerIndex() >= 0 && workerIndex() <= WORKER_MAX;
            return isWorker ? null : "worker is not 0 to 255";
        }
    }

    /** The IOhyp's answer to {@link Hello}; the fields have the same meaning for its side. */
    record Welcome(int version, long epoch, int tag, int mtu, String security)
            implements ControlMessage {
        public Welcome {
            security = oneLine(security);
        }

        /**
         * Why a server of this version cannot go on, in one line for the operator, or null.
         *
         * @param ownSecurity how it protects messages
         */
        public String refusalReason(String ownSecurity) {
            if (version == VERSION && ownSecurity.equals(security)) {
                return null;
            }
            return "the IOhyp speaks version "
                    + version
                    + " with security "
                    + security
                    + ", we speak "
                    + VERSION
                    + " with "
                    + ownSecurity;
        }
    }

    /** The IOhyp does not want this association; {@code reason} is one line for the operator. */
    record Refused(String reason) implements ControlMessage {
        public Refused {
            reason = oneLine(reason);
        }
    }

    /** The server is to have this association with another TCP port of the same IOhyp. */
    record Redirect(int port) implements ControlMessage {
        @Override
        public String invalidReason() {
            return port < 1 || port > 0xFFFF ? "port is not 1 to 65535" : null;
        }
    }

    /**
     * The server claims a disk; what is about it travels on {@code flow} from then on.
     *
     * @param claim of two claims of one process the higher number holds; 0 from a release that has
     *     none
     */
    record Attach(int flow, String disk, @JsonSetter(nulls = Nulls.AS_EMPTY) long claim)
            implements ControlMessage {
        @Override
        public String invalidReason() {
            return invalidAttachReason(flow, disk, claim);
        }
    }

    /**
     * The disk is the server's.
     *
     * @param incarnation changes when acknowledged writes that were not flushed may be lost
     * @param requestsMax requests that may be under way at a time
     */
    record Attached(int flow, long incarnation, int requestsMax, DiskProperties properties)
            implements ControlMessage {
        @Override
        public String invalidReason() {
            return requestsMax < 1
                    ? "requestsMax is not positive"
                    : ControlMessage.invalidReason(properties);
        }
    }

    /** The disk or NIC is not for this server now; {@code reason} is one line for the operator. */
    record AttachRefused(int flow, String reason) implements ControlMessage {
        public AttachRefused {
            reason = oneLine(reason);
        }
    }

    /** The server gives a disk or a NIC back; requests under way are not answered. */
    record Detach(int flow) implements ControlMessage {}

    /**
     * The server waits for no answer to the requests on {@code flow}, and claims the disk anew, as
     * {@link Attach} does.
     *
     * @param nextFlow not used in this association before
     * @param claim as in {@link Attach}
     */
    record Abandon(
            int flow, int nextFlow, String disk, @JsonSetter(nulls = Nulls.AS_EMPTY) long claim)
            implements ControlMessage {
        @Override
        public String invalidReason() {
            return invalidAttachReason(nextFlow, disk, claim);
        }
    }

    /** Who uses the NIC from now on may be another guest, with another address. */
    record GuestLeft(int flow, int frames) implements ControlMessage {}

    /** The disk or NIC is not the server's any more; it may ask for it again. */
    record Revoked(int flow, String reason) implements ControlMessage {
        public Revoked {
            reason = oneLine(reason);
        }
    }

    /** The disk was resized. */
    record Changed(int flow, DiskProperties properties) implements ControlMessage {
        @Override
        public String invalidReason() {
            return ControlMessage.invalidReason(properties);
        }
    }

    /** The server claims a NIC; its frames travel on {@code flow} from then on. */
    record AttachNic(int flow, String nic) implements ControlMessage {
        @Override
        public String invalidReason() {
            return invalidAttachReason(flow, nic);
        }
    }

    /** The NIC is the server's. */
    record NicAttached(int flow, NicProperties properties) implements ControlMessage {
        @Override
        public String invalidReason() {
            return ControlMessage.invalidReason(properties);
        }
    }

    /** The NIC is another one now: link, address, MTU. */
    record NicChanged(int flow, NicProperties properties) implements ControlMessage {
        @Override
        public String invalidReason() {
            return ControlMessage.invalidReason(properties);
        }
    }
}
