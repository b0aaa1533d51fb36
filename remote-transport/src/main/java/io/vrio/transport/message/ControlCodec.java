// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Turns control messages into JSON and back. Control path; any thread. */
public final class ControlCodec {
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                    .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private ControlCodec() {}

    /** At most {@link ControlMessage#LENGTH_MAX} bytes. */
    public static byte[] encode(ControlMessage message) {
        try {
            byte[] bytes = JSON.writeValueAsBytes(message);
            if (bytes.length > ControlMessage.LENGTH_MAX) {
                throw new IllegalArgumentException("control message of " + bytes.length);
            }
            return bytes;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records turn into JSON", e);
        }
    }

    /**
     * @throws IOException when the bytes are not one known control message that makes sense
     */
    public static ControlMessage decode(byte[] bytes) throws IOException {
        ControlMessage message = parse(bytes);
        String reason = message == null ? "it is null" : message.invalidReason();
        if (reason != null) {
            throw new IOException("control message makes no sense: " + reason);
        }
        return message;
    }

    private static ControlMessage parse(byte[] bytes) throws IOException {
        try {
            return JSON.readValue(bytes, ControlMessage.class);
        } catch (JsonProcessingException e) {
            // Its message quotes the peer over many lines, which is not for a log.
            throw new IOException("control message is not known: " + e.getClass().getSimpleName());
        }
    }
}
