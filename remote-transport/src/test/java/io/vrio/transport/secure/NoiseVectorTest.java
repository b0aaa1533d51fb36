// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.AesGcm;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The published test vectors of the handshake; their origin stands in the resource. */
final class NoiseVectorTest {
    private static final HexFormat HEX = HexFormat.of();

    private final JsonNode vector = read();
    private NoiseHandshake initiator;
    private NoiseHandshake responder;

    private static JsonNode read() {
        try (InputStream stream = NoiseVectorTest.class.getResourceAsStream("nnpsk0.json")) {
            return new ObjectMapper().readTree(stream);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] bytes(String name) {
        return HEX.parseHex(vector.get(name).asText());
    }

    private PresharedKey key(String name) {
        return new PresharedKey(HEX.parseHex(vector.get(name).get(0).asText()));
    }

    private byte[] payload(int message) {
        return HEX.parseHex(vector.get("messages").get(message).get("payload").asText());
    }

    private String ciphertext(int message) {
        return vector.get("messages").get(message).get("ciphertext").asText();
    }

    @BeforeEach
    void begin() {
        assertEquals(NoiseHandshake.PROTOCOL, vector.get("protocol_name").asText());
        initiator =
                NoiseHandshake.initiator(
                        key("init_psks"), bytes("init_prologue"), bytes("init_ephemeral"));
        responder =
                NoiseHandshake.responder(
                        key("resp_psks"), bytes("resp_prologue"), bytes("resp_ephemeral"));
    }

    @AfterEach
    void close() {
        initiator.close();
        responder.close();
    }

    private void shakeHands() throws HandshakeException {
        responder.read(initiator.write(payload(0)));
        initiator.read(responder.write(payload(1)));
    }

    @Test
    void shouldSayWhatTheVectorsSay() throws HandshakeException {
        byte[] first = initiator.write(payload(0));
        assertEquals(ciphertext(0), HEX.formatHex(first));
        assertEquals(HEX.formatHex(payload(0)), HEX.formatHex(responder.read(first)));

        byte[] second = responder.write(payload(1));
        assertEquals(ciphertext(1), HEX.formatHex(second));
        assertEquals(HEX.formatHex(payload(1)), HEX.formatHex(initiator.read(second)));
    }

    @Test
    void shouldAgreeAboutTheHandshakeHash() throws HandshakeException {
        shakeHands();

        assertEquals(
                vector.get("handshake_hash").asText(), HEX.formatHex(initiator.handshakeHash()));
        assertEquals(
                vector.get("handshake_hash").asText(), HEX.formatHex(responder.handshakeHash()));
    }

    private String seal(byte[] key, int message, int number, Function<byte[], FrameCipher> maker) {
        byte[] payload = payload(message);
        byte[] sealed = new byte[payload.length + FrameCipher.TAG_LENGTH];
        try (NativeBuffer memory = new NativeBuffer(sealed.length);
                FrameCipher cipher = maker.apply(key)) {
            memory.slice().putBytes(0, payload, 0, payload.length);
            cipher.seal(memory.slice(), 0, payload.length, number);
            memory.slice().getBytes(0, sealed, 0, sealed.length);
            assertTrue(cipher.open(memory.slice(), 0, sealed.length, number));
        }
        return HEX.formatHex(sealed);
    }

    @Test
    void shouldSealMessagesAsTheVectorsDo() throws HandshakeException {
        assertSealsAsTheVectors(JdkCipher::new);
    }

    @Test
    void shouldSealMessagesWithOpenSslAsTheVectorsDo() throws HandshakeException {
        assumeTrue(AesGcm.isAvailable(), "no libcrypto.so.3 on this machine");
        assertSealsAsTheVectors(OpenSslCipher::new);
    }

    private void assertSealsAsTheVectors(Function<byte[], FrameCipher> maker)
            throws HandshakeException {
        shakeHands();
        TransportKeys ours = initiator.keys();
        TransportKeys theirs = responder.keys();

        assertEquals(ciphertext(2), seal(ours.send(), 2, 0, maker));
        assertEquals(ciphertext(3), seal(theirs.send(), 3, 0, maker));
        assertEquals(ciphertext(4), seal(theirs.receive(), 4, 1, maker));
        assertEquals(ciphertext(5), seal(ours.receive(), 5, 1, maker));
    }
}
