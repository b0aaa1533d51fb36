// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.AesGcm;
import io.vrio.common.sys.VectorAesGcm;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A super-frame in native memory is sealed, and opened again, by each library there is. */
@State(Scope.Thread)
public class SealMicro {
    /** Of the header, which is authenticated but not encrypted. */
    private static final int CLEAR = 48;

    private static final int NONCE_COUNTER = 4;

    /** Which library. */
    @Param({"libcrypto", "libIPSec_MB"})
    public String library;

    /** Bytes that are sealed. */
    @Param({"4096", "65536"})
    public int length;

    private NativeBuffer memory;
    private AesGcm openSsl;
    private VectorAesGcm vector;
    private long number;

    /** A library that is missing ends the benchmark with its name. */
    @Setup
    public void open() {
        memory = new NativeBuffer(CLEAR + length + AesGcm.TAG_LENGTH);
        byte[] key = new byte[AesGcm.KEY_LENGTH];
        if (library.equals("libcrypto")) {
            openSsl = new AesGcm(key);
        } else {
            vector = new VectorAesGcm(key);
        }
    }

    /** The sender's part. */
    @Benchmark
    public long seal() {
        MemorySlice frame = memory.slice();
        if (openSsl != null) {
            openSsl.iv().putLongBigEndian(NONCE_COUNTER, number++);
            openSsl.seal(frame, CLEAR, CLEAR + length);
        } else {
            vector.iv().putLongBigEndian(NONCE_COUNTER, number++);
            vector.seal(frame, CLEAR, CLEAR + length);
        }
        return number;
    }

    /** The sender's and the receiver's: in place, so that it can be opened only once. */
    @Benchmark
    public boolean sealAndOpen() {
        seal();
        MemorySlice frame = memory.slice();
        int sealedLength = CLEAR + length + AesGcm.TAG_LENGTH;
        boolean isAuthentic =
                openSsl == null
                        ? vector.open(frame, CLEAR, sealedLength)
                        : openSsl.open(frame, CLEAR, sealedLength);
        if (!isAuthentic) {
            throw new IllegalStateException("what was sealed cannot be opened");
        }
        return isAuthentic;
    }

    @TearDown
    public void close() {
        if (openSsl != null) {
            openSsl.close();
        }
        if (vector != null) {
            vector.close();
        }
        memory.close();
    }
}
