// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.message.MessageKind;
import io.vrio.transport.message.SegmentHeader;
import io.vrio.transport.message.SuperFrameHeader;
import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.secure.KeyExchange.Accepted;
import io.vrio.transport.secure.KeyExchange.Attempt;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The bytes and numbers of {@code docs/protocol.md} that this package keeps. */
final class ProtocolSecureTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final Attempt ATTEMPT = new Attempt("alpha", 0x89ABCDF0L, 0x01020304L);
    private static final int LENGTH = SuperFrameHeader.LENGTH + SegmentHeader.LENGTH + 1;

    private final byte[] bytes = new byte[PresharedKey.LENGTH];

    private PresharedKey key() {
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        return new PresharedKey(bytes.clone());
    }

    /** All bytes the same. */
    private static RandomGenerator repeating(int value) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return value * 0x0101_0101_0101_0101L;
            }

            @Override
            public void nextBytes(byte[] target) {
                Arrays.fill(target, (byte) value);
            }
        };
    }

    private Accepted accept(byte[] opening) throws HandshakeException {
        Opening decoded = (Opening) HandshakeMessage.decode(opening);
        return KeyExchange.accept(key(), ATTEMPT, decoded, repeating(11));
    }

    @Test
    void shouldExchangeTheDocumentedBytes() throws HandshakeException {
        try (KeyExchange exchange = KeyExchange.begin(key(), ATTEMPT, repeating(10))) {
            assertEquals(ProtocolDocument.golden("opening"), HEX.formatHex(exchange.opening()));
            Accepted accepted = accept(exchange.opening());
            assertEquals(ProtocolDocument.golden("answer"), HEX.formatHex(accepted.answer()));
            Answer answer = (Answer) HandshakeMessage.decode(accepted.answer());
            TransportKeys keys = exchange.onAnswer(answer);
            assertEquals(HEX.formatHex(accepted.keys().receive()), HEX.formatHex(keys.send()));
        }
    }

    @Test
    void shouldRefuseWithTheDocumentedBytes() {
        Refusal refusal = new Refusal(RefusalReason.WRONG_KEY);

        assertEquals(
                ProtocolDocument.golden("refusal"),
                HEX.formatHex(HandshakeMessage.encode(refusal)));
        assertEquals(refusal, HandshakeMessage.decode(HandshakeMessage.encode(refusal)));
    }

    @Test
    void shouldSealToTheDocumentedBytes() throws HandshakeException {
        byte[] sealed = new byte[LENGTH + FrameCipher.TAG_LENGTH];
        try (KeyExchange exchange = KeyExchange.begin(key(), ATTEMPT, repeating(10));
                NativeBuffer memory = new NativeBuffer(sealed.length)) {
            Accepted accepted = accept(exchange.opening());
            Answer answer = (Answer) HandshakeMessage.decode(accepted.answer());
            write(memory.slice(), ATTEMPT.serverSequence() + exchange.opening().length);
            try (Protection server =
                            new SealedProtection(exchange.onAnswer(answer), KeyLimits.DEFAULT, 0);
                    Protection iohyp =
                            new SealedProtection(accepted.keys(), KeyLimits.DEFAULT, 0)) {
                server.seal(memory.slice(), LENGTH, 0, 0);
                memory.slice().getBytes(0, sealed, 0, sealed.length);
                assertTrue(iohyp.open(memory.slice(), 0, sealed.length));
            }
        }
        assertEquals(ProtocolDocument.golden("sealed super-frame"), HEX.formatHex(sealed));
    }

    private static void write(MemorySlice frame, long sequence) {
        SuperFrameHeader header = new SuperFrameHeader().wrap(frame, 0, LENGTH);
        header.write(0x01020304, sequence, true);
        header.writeWindow(sequence, 0x01020338L, 0x01820338L, 0);
        header.writeSegmentCount(1);
        new SegmentHeader()
                .wrap(frame, SuperFrameHeader.LENGTH, LENGTH - SuperFrameHeader.LENGTH)
                .write(MessageKind.PROBE, 0, 1, 1, 0, 1);
    }

    @Test
    void shouldKeepTheDocumentedNumbers() {
        KeyLimits limits = KeyLimits.DEFAULT;
        assertSays("after " + limits.bytesMax() + " bytes or");
        assertSays("bytes or " + limits.ageMaxNs() / 1_000_000_000L + " s, but");
        assertSays("when " + Suspicion.TIME_NS / 1_000_000 + " ms have passed");
        assertSays("not come " + Suspicion.TIME_NS / 1_000_000 + " ms later");
        assertSays("`" + NoiseHandshake.PROTOCOL + "` (Noise specification, revision 34)");
    }

    private static void assertSays(String phrase) {
        assertTrue(ProtocolDocument.says(phrase), "docs/protocol.md does not say: " + phrase);
    }
}
