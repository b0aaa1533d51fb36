// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.protocol;

import io.vrio.common.memory.MemorySlice;

/**
 * A view of one message of the vhost-user protocol, in either direction. Numbers have the byte
 * order of the machine that both ends run on.
 *
 * <pre>
 *   0         4         8         12
 *   +---------+---------+---------+------------
 *   | request | flags   | length  | payload ...
 *   +---------+---------+---------+------------
 * </pre>
 */
public final class VhostUserMessage {
    public static final int HEADER_LENGTH = 12;

    /** Limit: payload bytes, 15 times the longest request we know; a longer one is refused. */
    public static final int PAYLOAD_MAX = 4096;

    public static final int LENGTH_MAX = HEADER_LENGTH + PAYLOAD_MAX;

    /** Limit: bytes of a configuration space that one message can carry. */
    public static final int CONFIG_MAX = 256;

    /** The only request a server may send to a frontend here: the configuration has changed. */
    public static final int CONFIG_CHANGE_MSG = 2;

    private static final int REQUEST = 0;
    private static final int FLAGS = 4;
    private static final int LENGTH = 8;

    private static final int VERSION_MASK = 3;
    private static final int VERSION = 1;
    private static final int REPLY = 4;
    private static final int NEED_REPLY = 8;

    // struct vhost_vring_state
    private static final int STATE_INDEX = 0;
    private static final int STATE_VALUE = 4;

    // struct vhost_vring_addr
    private static final int ADDRESS_DESCRIPTORS = 8;
    private static final int ADDRESS_USED = 16;
    private static final int ADDRESS_AVAIL = 24;
    private static final int ADDRESS_FLAGS = 4;
    private static final int ADDRESS_LOG = 32;
    private static final int ADDRESS_IS_LOGGED = 1;

    // The place of a dirty log in its file.
    private static final int LOG_LENGTH = 0;
    private static final int LOG_OFFSET = 8;

    // The memory of in-flight logs: its place in its file, and how it is divided.
    private static final int IN_FLIGHT_LENGTH = 0;
    private static final int IN_FLIGHT_OFFSET = 8;
    private static final int IN_FLIGHT_VRINGS = 16;
    private static final int IN_FLIGHT_VRING_SIZE = 18;

    // A memory table: the number of rows, padding, the rows. A single row comes after padding.
    private static final int REGION_COUNT = 0;
    private static final int REGIONS = 8;
    private static final int REGION_LENGTH = 32;

    private static final int CONFIG_OFFSET = 0;
    private static final int CONFIG_LENGTH = 4;
    private static final int CONFIG_FLAGS = 8;
    private static final int CONFIG_DATA = 12;

    private static final int DESCRIPTOR_INDEX_MASK = 0xFF;
    private static final int NO_DESCRIPTOR = 0x100;

    private final MemorySlice message;
    private final MemorySlice payload;

    /**
     * @param message {@link #LENGTH_MAX} bytes
     */
    public VhostUserMessage(MemorySlice message) {
        this.message = message;
        payload = message.slice(HEADER_LENGTH, PAYLOAD_MAX);
    }

    /** All bytes, header first. */
    public MemorySlice bytes() {
        return message;
    }

    public int code() {
        return message.getInt(REQUEST);
    }

    /** What it asks, null for a request that is not known. */
    public VhostUserRequest request() {
        return VhostUserRequest.ofCode(code());
    }

    /** For logs: the name, or the code of an unknown request. */
    public String requestName() {
        VhostUserRequest request = request();
        return request == null ? Integer.toUnsignedString(code()) : request.name();
    }

    public int payloadLength() {
        return message.getInt(LENGTH);
    }

    /** Bytes of the message, header included. */
    public int length() {
        return HEADER_LENGTH + payloadLength();
    }

    /** Whether the frontend waits for an acknowledgement. */
    public boolean isReplyNeeded() {
        return (message.getInt(FLAGS) & NEED_REPLY) != 0;
    }

    /** Returns why the bytes after this header cannot be told apart, or null when they can. */
    public String invalidReason() {
        int flags = message.getInt(FLAGS);
        if ((flags & VERSION_MASK) != VERSION) {
            return "version " + (flags & VERSION_MASK);
        }
        if ((flags & REPLY) != 0) {
            return "a reply that nobody asked for";
        }
        if (Integer.compareUnsigned(payloadLength(), PAYLOAD_MAX) > 0) {
            return "payload of " + Integer.toUnsignedString(payloadLength()) + " bytes";
        }
        return null;
    }

    public long number() {
        return payload.getLong(0);
    }

    /** The Ethernet address in the first six bytes, 48 bits as on the wire. */
    public long macAddress() {
        return Long.reverseBytes(payload.getLong(0)) >>> 16;
    }

    /** Index of the vring that NUM, BASE, ENABLE and ADDR speak of; unchecked. */
    public int vringIndex() {
        return payload.getInt(STATE_INDEX);
    }

    public int vringValue() {
        return payload.getInt(STATE_VALUE);
    }

    public long descriptorsAddress() {
        return payload.getLong(ADDRESS_DESCRIPTORS);
    }

    public long usedAddress() {
        return payload.getLong(ADDRESS_USED);
    }

    public long availAddress() {
        return payload.getLong(ADDRESS_AVAIL);
    }

    /** Whether writes to the used ring are marked in the dirty log, at {@link #usedLogAddress}. */
    public boolean isUsedLogged() {
        return (payload.getInt(ADDRESS_FLAGS) & ADDRESS_IS_LOGGED) != 0;
    }

    /** Where the used ring is in guest-physical memory, for the dirty log; unchecked. */
    public long usedLogAddress() {
        return payload.getLong(ADDRESS_LOG);
    }

    /** Bytes of a dirty log; unchecked. */
    public long logLength() {
        return payload.getLong(LOG_LENGTH);
    }

    /** Where it begins in its file; unchecked. */
    public long logOffset() {
        return payload.getLong(LOG_OFFSET);
    }

    /** Bytes of the memory of in-flight logs; unchecked. */
    public long inFlightLength() {
        return payload.getLong(IN_FLIGHT_LENGTH);
    }

    /** Where it begins in its file; unchecked. */
    public long inFlightOffset() {
        return payload.getLong(IN_FLIGHT_OFFSET);
    }

    /** For how many vrings it has a log; 0 to 65535. */
    public int inFlightVrings() {
        return payload.getUnsignedShort(IN_FLIGHT_VRINGS);
    }

    /** Descriptors of each of them; 0 to 65535. */
    public int inFlightVringSize() {
        return payload.getUnsignedShort(IN_FLIGHT_VRING_SIZE);
    }

    /** Index of the vring that KICK, CALL and ERR speak of. */
    public int descriptorVringIndex() {
        return (int) number() & DESCRIPTOR_INDEX_MASK;
    }

    /** Whether KICK, CALL or ERR say that no descriptor comes and the ring is to be polled. */
    public boolean isWithoutDescriptor() {
        return (number() & NO_DESCRIPTOR) != 0;
    }

    /** Rows of the memory table; unchecked. */
    public int regionCount() {
        return payload.getInt(REGION_COUNT);
    }

    /** Bytes a payload with so many rows has. */
    public static long regionsLength(int count) {
        return REGIONS + (long) count * REGION_LENGTH;
    }

    public long regionGuestAddress(int row) {
        return payload.getLong(REGIONS + (long) row * REGION_LENGTH);
    }

    public long regionSize(int row) {
        return payload.getLong(REGIONS + (long) row * REGION_LENGTH + 8);
    }

    public long regionFrontendAddress(int row) {
        return payload.getLong(REGIONS + (long) row * REGION_LENGTH + 16);
    }

    public long regionMmapOffset(int row) {
        return payload.getLong(REGIONS + (long) row * REGION_LENGTH + 24);
    }

    public int configOffset() {
        return payload.getInt(CONFIG_OFFSET);
    }

    public int configLength() {
        return payload.getInt(CONFIG_LENGTH);
    }

    /** 0 for a driver's write, 1 while migrating. */
    public int configFlags() {
        return payload.getInt(CONFIG_FLAGS);
    }

    /**
     * Returns why the configuration range is not one, or null when it is.
     *
     * @param isDataNeeded whether the bytes themselves must be there
     */
    public String invalidConfigReason(boolean isDataNeeded) {
        int offset = configOffset();
        int length = configLength();
        // By difference: the two may be any numbers.
        if (offset < 0 || offset > CONFIG_MAX || length < 0 || length > CONFIG_MAX - offset) {
            return "configuration offset " + offset + " length " + length;
        }
        int dataLength = payloadLength() - CONFIG_DATA;
        boolean isComplete = dataLength == length || (dataLength == 0 && !isDataNeeded);
        return isComplete ? null : "configuration of " + dataLength + " bytes, not " + length;
    }

    /** The bytes of a configuration range that was found valid. */
    public MemorySlice configData() {
        return payload.slice(CONFIG_DATA, configLength());
    }

    /** Becomes a reply without payload yet. */
    public VhostUserMessage beginReply(int code) {
        // Nothing but version and reply: frontends refuse a flag that is copied back.
        return begin(code, VERSION | REPLY);
    }

    /** Becomes a request to the other side that it does not answer. */
    public VhostUserMessage beginRequest(int code) {
        return begin(code, VERSION);
    }

    private VhostUserMessage begin(int code, int flags) {
        message.putInt(REQUEST, code);
        message.putInt(FLAGS, flags);
        message.putInt(LENGTH, 0);
        return this;
    }

    public VhostUserMessage putNumber(long value) {
        payload.putLong(0, value);
        message.putInt(LENGTH, 8);
        return this;
    }

    public VhostUserMessage putVringState(int index, int value) {
        payload.putInt(STATE_INDEX, index);
        payload.putInt(STATE_VALUE, value);
        message.putInt(LENGTH, 8);
        return this;
    }

    /**
     * As long as the request that it answers: frontends take no other length.
     *
     * @param request names the vrings
     * @param inFlightLength bytes, from the start of the file that comes along
     */
    public VhostUserMessage putInFlight(VhostUserMessage request, long inFlightLength) {
        request.payload.copyTo(0, payload, 0, request.payloadLength());
        payload.putLong(IN_FLIGHT_LENGTH, inFlightLength);
        payload.putLong(IN_FLIGHT_OFFSET, 0);
        message.putInt(LENGTH, request.payloadLength());
        return this;
    }

    /** Adds a configuration range whose bytes are put into {@link #configData} afterwards. */
    public VhostUserMessage putConfig(int offset, int length) {
        payload.putInt(CONFIG_OFFSET, offset);
        payload.putInt(CONFIG_LENGTH, length);
        payload.putInt(CONFIG_FLAGS, 0);
        message.putInt(LENGTH, CONFIG_DATA + length);
        return this;
    }
}
