// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.secure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.security.GeneralSecurityException;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HmacSha256Test {
    private static byte[] byThePlatform(byte[] key, byte[] message)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(message);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 63, 64})
    void shouldMakeTheSameCodesAsThePlatform(int keyLength) throws GeneralSecurityException {
        Random random = new Random(keyLength);
        byte[] key = new byte[keyLength];
        byte[] first = new byte[32];
        byte[] second = new byte[100];
        random.nextBytes(key);
        random.nextBytes(first);
        random.nextBytes(second);
        HmacSha256 hmac = new HmacSha256(key);

        assertArrayEquals(byThePlatform(key, first), hmac.code(first));
        assertArrayEquals(byThePlatform(key, second), hmac.code(second));
    }
}
