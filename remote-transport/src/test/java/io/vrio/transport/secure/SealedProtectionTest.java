// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.AesGcm;
import io.vrio.common.sys.VectorAesGcm;
import io.vrio.transport.message.SuperFrameHeader;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealed super-frames: what is opened, and what a stranger can make of them. */
final class SealedProtectionTest {
    private static final int TEXT = 100;
    private static final int LENGTH = SuperFrameHeader.LENGTH + TEXT;
    private static final int SEALED = LENGTH + FrameCipher.TAG_LENGTH;
    private static final long SECOND = 1_000_000_000L;
    private static final KeyLimits LIMITS = new KeyLimits(10 * LENGTH, 120 * SECOND);

    private final NativeBuffer memory = new NativeBuffer(SEALED);
    private final MemorySlice frame = memory.slice();
    private final SuperFrameHeader header = new SuperFrameHeader();
    private final SealedProtection server = new SealedProtection(keys(1, 2), LIMITS, 0);
    private final SealedProtection iohyp = new SealedProtection(keys(2, 1), LIMITS, 0);

    private static TransportKeys keys(int send, int receive) {
        return new TransportKeys(key(send), key(receive));
    }

    private static byte[] key(int value) {
        byte[] key = new byte[PresharedKey.LENGTH];
        Arrays.fill(key, (byte) value);
        return key;
    }

    @AfterEach
    void close() {
        server.close();
        iohyp.close();
        memory.close();
    }

    private void write(long sequence) {
        header.wrap(frame, 0, SEALED).write(5, sequence, true);
        header.writeWindow(1, 2, 3, 4);
        frame.fill(SuperFrameHeader.LENGTH, TEXT, (byte) 7);
    }

    private void seal(long sequence, long settled, long nowNs) {
        write(sequence);
        server.seal(frame, LENGTH, settled, nowNs);
    }

    private byte[] bytes() {
        byte[] bytes = new byte[SEALED];
        frame.getBytes(0, bytes, 0, SEALED);
        return bytes;
    }

    private boolean isOpened(byte[] bytes) {
        frame.putBytes(0, bytes, 0, SEALED);
        return iohyp.open(frame, 0, SEALED);
    }

    @Test
    void shouldOpenWhatThePeerHasSealed() {
        seal(1000, 0, 0);
        assertTrue(header.isSealed());
        assertEquals(1000, header.sequence(), "the header stays readable");
        assertFalse(frame.getByte(LENGTH - 1) == 7 && frame.getByte(LENGTH - 2) == 7);

        assertTrue(iohyp.open(frame, 0, SEALED));
        assertEquals(7, frame.getByte(SuperFrameHeader.LENGTH));
        assertEquals(7, frame.getByte(LENGTH - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 15, 16, 24, 32, 40, 44, 46, 48, 100, 147, 148, 163})
    void shouldNotOpenWhatWasChanged(int at) {
        seal(1000, 0, 0);
        frame.putByte(at, (byte) (frame.getByte(at) ^ 0x20));

        assertFalse(iohyp.open(frame, 0, SEALED));
    }

    @Test
    void shouldNotOpenWhatWasCutShort() {
        seal(1000, 0, 0);

        assertFalse(iohyp.open(frame, 0, SEALED - 1));
        assertFalse(iohyp.open(frame, 0, SuperFrameHeader.LENGTH + 15));
    }

    @Test
    void shouldNotOpenItsOwn() {
        seal(1000, 0, 0);

        assertFalse(server.open(frame, 0, SEALED));
    }

    @Test
    void shouldNotOpenThoseOfAnotherAssociation() {
        try (SealedProtection other = new SealedProtection(keys(3, 4), LIMITS, 0)) {
            seal(1000, 0, 0);

            assertFalse(other.open(frame, 0, SEALED));
        }
    }

    @Test
    void shouldNotOpenWhatWasNotSealed() {
        write(1000);

        assertFalse(iohyp.open(frame, 0, SEALED));
    }

    @Test
    void shouldNeverSealTwoUnderOneNumber() {
        seal(1000, 0, 0);
        write(1000);

        assertThrows(IllegalStateException.class, () -> server.seal(frame, LENGTH, 0, 0));
    }

    @Test
    void shouldTakeTheNextKeyAfterAWhile() {
        seal(1000, 0, 0);
        assertTrue(isOpened(bytes()));
        seal(2000, 1500, 121 * SECOND);
        assertEquals(1, header.phase());

        assertTrue(isOpened(bytes()));
    }

    @Test
    void shouldTakeTheNextKeyAfterSoManyBytes() {
        for (int i = 1; i <= 10; i++) {
            seal(i * 1000, i * 1000, 0);
            assertEquals(0, header.phase());
            assertTrue(isOpened(bytes()));
        }
        seal(11_000, 11_000, 0);

        assertEquals(1, header.phase());
        assertTrue(isOpened(bytes()));
    }

    @Test
    void shouldTellOfItsKeys() {
        seal(1000, 0, 0);
        isOpened(bytes());
        seal(2000, 1500, 121 * SECOND);
        isOpened(bytes());

        KeyStatus sent = server.keyStatus().orElseThrow();
        assertEquals(new KeyStatus(121 * SECOND, LENGTH, 1, 0), sent);
        assertEquals(new KeyStatus(0, 0, 0, 1), iohyp.keyStatus().orElseThrow());
    }

    @Test
    void shouldGoOnWhenTheNumberOfAKeyHasUsedUpItsField() {
        int opened = 0;
        for (int i = 1; i <= 65_540; i++) {
            seal(i * 1000L, i * 1000L, i * 120 * SECOND);
            opened += isOpened(bytes()) ? 1 : 0;
        }

        assertEquals(65_540, opened);
        assertEquals(65_540, iohyp.keyStatus().orElseThrow().receivePhase());
        assertEquals(4, header.phase());
    }

    @Test
    void shouldStillOpenWhatWasSealedBeforeTheKeyChanged() {
        seal(1000, 0, 0);
        byte[] old = bytes();
        seal(2000, 0, 121 * SECOND);
        assertTrue(isOpened(bytes()));

        assertTrue(isOpened(old));
    }

    @Test
    void shouldKeepTheKeyUntilThePeerUsesIt() {
        seal(1000, 0, 0);
        seal(2000, 0, 121 * SECOND);
        seal(3000, 2000, 242 * SECOND);
        assertEquals(1, header.phase(), "nothing shows that the peer has key 1");
        seal(4000, 2001, 243 * SECOND);

        assertEquals(2, header.phase());
    }

    @Test
    void shouldForgetTheKeyBeforeTheOneBefore() {
        seal(1000, 0, 0);
        byte[] old = bytes();
        seal(2000, 0, 121 * SECOND);
        assertTrue(isOpened(bytes()));
        seal(3000, 2001, 242 * SECOND);
        assertTrue(isOpened(bytes()));

        assertFalse(isOpened(old));
    }

    @Test
    void shouldNotAdvanceForWhatItCannotOpen() {
        seal(1000, 0, 0);
        byte[] good = bytes();
        for (int phase = 1; phase < 4; phase++) {
            header.wrap(frame, 0, SEALED).writeSeal(phase);
            assertFalse(iohyp.open(frame, 0, SEALED));
        }

        assertTrue(isOpened(good));
    }

    /** Both ways to do the same. */
    enum Ciphers {
        JDK(JdkCipher::new, true),
        OPEN_SSL(OpenSslCipher::new, AesGcm.isAvailable()),
        VECTOR(VectorCipher::new, VectorAesGcm.isAvailable());

        private final Function<byte[], FrameCipher> maker;
        private final boolean isHere;

        Ciphers(Function<byte[], FrameCipher> maker, boolean isHere) {
            this.maker = maker;
            this.isHere = isHere;
        }

        FrameCipher make(byte[] key) {
            assumeTrue(isHere, "this machine has not " + this);
            return maker.apply(key);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldOpenWhatTheOtherLibraryHasSealed(Ciphers ciphers) {
        seal(1000, 0, 0);
        try (FrameCipher cipher = ciphers.make(key(1))) {
            assertTrue(cipher.open(frame, SuperFrameHeader.LENGTH, SEALED, 1000));
            assertFalse(cipher.open(frame, SuperFrameHeader.LENGTH, SEALED, 1000));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSealToTheSameBytesAsTheJdk(Ciphers ciphers) {
        Random random = new Random(1);
        try (FrameCipher cipher = ciphers.make(key(7));
                FrameCipher jdk = new JdkCipher(key(7));
                NativeBuffer large = new NativeBuffer(70_000)) {
            for (int i = 0; i < 300; i++) {
                // Every remainder of a block, and every way of the library to go on.
                int length = 48 + (i < 200 ? i : random.nextInt(69_000));
                byte[] bytes = new byte[length + FrameCipher.TAG_LENGTH];
                random.nextBytes(bytes);
                large.slice().putBytes(0, bytes, 0, bytes.length);
                jdk.seal(large.slice(), 48, length, i);
                byte[] expected = new byte[bytes.length];
                large.slice().getBytes(0, expected, 0, bytes.length);
                large.slice().putBytes(0, bytes, 0, bytes.length);
                cipher.seal(large.slice(), 48, length, i);
                byte[] sealed = new byte[bytes.length];
                large.slice().getBytes(0, sealed, 0, bytes.length);
                assertArrayEquals(expected, sealed, "length " + length);
                assertTrue(cipher.open(large.slice(), 48, bytes.length, i));
                large.slice().getBytes(0, sealed, 0, length);
                assertArrayEquals(Arrays.copyOf(bytes, length), Arrays.copyOf(sealed, length));
            }
        }
    }
}
