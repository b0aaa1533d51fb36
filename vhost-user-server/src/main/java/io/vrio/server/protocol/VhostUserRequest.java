// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.protocol;

/**
 * What a frontend can ask, with the shape that its message must have. What is not here, and is not
 * offered, is unknown to us.
 */
public enum VhostUserRequest {
    GET_FEATURES(1, 0, 0),
    SET_FEATURES(2, 8, 0),
    SET_OWNER(3, 0, 0),
    RESET_OWNER(4, 0, 0),
    SET_MEM_TABLE(5, 8, 264, 8),
    SET_LOG_BASE(6, 16, 1),
    SET_VRING_NUM(8, 8, 0),
    SET_VRING_ADDR(9, 40, 0),
    SET_VRING_BASE(10, 8, 0),
    GET_VRING_BASE(11, 8, 0),
    SET_VRING_KICK(12, 8, 1),
    SET_VRING_CALL(13, 8, 1),
    SET_VRING_ERR(14, 8, 1),
    GET_PROTOCOL_FEATURES(15, 0, 0),
    SET_PROTOCOL_FEATURES(16, 8, 0),
    GET_QUEUE_NUM(17, 0, 0),
    SET_VRING_ENABLE(18, 8, 0),
    SEND_RARP(19, 8, 0),
    NET_SET_MTU(20, 8, 0),
    SET_BACKEND_REQ_FD(21, 0, 1),
    GET_CONFIG(24, 12, 268, 0),
    SET_CONFIG(25, 12, 268, 0),
    /** Frontends in C send the struct with its padding. */
    GET_INFLIGHT_FD(31, 20, 24, 0),
    SET_INFLIGHT_FD(32, 20, 24, 1),
    RESET_DEVICE(34, 0, 0),
    GET_MAX_MEM_SLOTS(36, 0, 0),
    ADD_MEM_REG(37, 40, 1),
    /** Older frontends send the region's descriptor along; it is not needed. */
    REM_MEM_REG(38, 40, 1),
    SET_STATUS(39, 8, 0),
    GET_STATUS(40, 0, 0);

    /** Limit: codes the specification knows today, with room; beyond is unknown. */
    private static final int CODES = 64;

    private static final VhostUserRequest[] BY_CODE = new VhostUserRequest[CODES];

    static {
        for (VhostUserRequest request : values()) {
            BY_CODE[request.code] = request;
        }
    }

    private final int code;
    private final int payloadMin;
    private final int payloadMax;
    private final int descriptorsMax;

    VhostUserRequest(int code, int payloadLength, int descriptorsMax) {
        this(code, payloadLength, payloadLength, descriptorsMax);
    }

    VhostUserRequest(int code, int payloadMin, int payloadMax, int descriptorsMax) {
        this.code = code;
        this.payloadMin = payloadMin;
        this.payloadMax = payloadMax;
        this.descriptorsMax = descriptorsMax;
    }

    /** The request with this code, or null. */
    public static VhostUserRequest ofCode(int code) {
        return code >= 0 && code < CODES ? BY_CODE[code] : null;
    }

    public int code() {
        return code;
    }

    /** Whether it is answered by its very nature, so that no acknowledgement is due. */
    public boolean hasReply() {
        return switch (this) {
            case GET_FEATURES,
                    SET_LOG_BASE,
                    GET_VRING_BASE,
                    GET_PROTOCOL_FEATURES,
                    GET_QUEUE_NUM,
                    GET_CONFIG,
                    GET_INFLIGHT_FD,
                    GET_MAX_MEM_SLOTS,
                    GET_STATUS ->
                    true;
            case SET_FEATURES,
                    SET_OWNER,
                    RESET_OWNER,
                    SET_MEM_TABLE,
                    SET_VRING_NUM,
                    SET_VRING_ADDR,
                    SET_VRING_BASE,
                    SET_VRING_KICK,
                    SET_VRING_CALL,
                    SET_VRING_ERR,
                    SET_PROTOCOL_FEATURES,
                    SET_VRING_ENABLE,
                    SEND_RARP,
                    NET_SET_MTU,
                    SET_BACKEND_REQ_FD,
                    SET_CONFIG,
                    SET_INFLIGHT_FD,
                    RESET_DEVICE,
                    ADD_MEM_REG,
                    REM_MEM_REG,
                    SET_STATUS ->
                    false;
        };
    }

    /** Returns why a message of this shape cannot be this request, or null when it can. */
    public String invalidReason(int payloadLength, int descriptorCount) {
        if (payloadLength < payloadMin || payloadLength > payloadMax) {
            return "payload of " + payloadLength + " bytes";
        }
        if (descriptorCount > descriptorsMax) {
            return descriptorCount + " descriptors";
        }
        return null;
    }
}
