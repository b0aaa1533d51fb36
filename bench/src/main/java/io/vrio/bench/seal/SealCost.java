// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.seal;

import com.sun.management.ThreadMXBean;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.AesGcm;
import io.vrio.common.sys.VectorAesGcm;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What it costs to seal a super-frame in native memory and to open it again, by libIPSec_MB,
 * OpenSSL and the JDK: CPU time and garbage.
 */
public final class SealCost {
    private static final int CLEAR = 48;
    private static final int LENGTH_MAX = 65453;
    private static final int ROUNDS = 7;
    private static final long ROUND_LENGTH = 256L << 20;

    /** Limit: super-frames of one round. */
    private static final int FRAMES_MAX = 100_000;

    private enum Way {
        VECTOR,
        OPENSSL,
        JDK
    }

    private final NativeBuffer memory = new NativeBuffer(LENGTH_MAX + AesGcm.TAG_LENGTH);
    private final MemorySlice frame = memory.slice();
    private final VectorAesGcm vector = new VectorAesGcm(new byte[AesGcm.KEY_LENGTH]);
    private final AesGcm openSsl = new AesGcm(new byte[AesGcm.KEY_LENGTH]);
    private final SecretKeySpec key = new SecretKeySpec(new byte[AesGcm.KEY_LENGTH], "AES");
    private final Cipher jdk = Cipher.getInstance("AES/GCM/NoPadding");
    private final byte[] iv = new byte[AesGcm.IV_LENGTH];
    private final byte[] clear = new byte[CLEAR];
    private final byte[] text = new byte[LENGTH_MAX + AesGcm.TAG_LENGTH];
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long sequence;
    private long garbage;

    private SealCost() throws GeneralSecurityException {}

    public static void main(String[] arguments) throws GeneralSecurityException {
        new SealCost().run(System.out);
    }

    private void run(PrintStream out) throws GeneralSecurityException {
        out.println(" bytes  way      CPU ns to seal and open: min  median    max  garbage, bytes");
        for (int length : new int[] {256, 4256, LENGTH_MAX}) {
            long[][] costs = new long[Way.values().length][ROUNDS];
            long[] wasted = new long[Way.values().length];
            // In alternation, so that a noisy neighbour hits all ways alike.
            for (int round = 0; round < ROUNDS; round++) {
                for (Way way : Way.values()) {
                    costs[way.ordinal()][round] = measure(way, length);
                    wasted[way.ordinal()] = garbage;
                }
            }
            for (Way way : Way.values()) {
                out.println(line(length, way, costs[way.ordinal()], wasted[way.ordinal()]));
            }
        }
        vector.close();
        openSsl.close();
        memory.close();
    }

    private static String line(int length, Way way, long[] costs, long wasted) {
        Arrays.sort(costs);
        return String.format(
                "%6d  %-8s %28d %7d %6d %15d",
                length, way, costs[0], costs[ROUNDS / 2], costs[ROUNDS - 1], wasted);
    }

    /** Nanoseconds for each super-frame. */
    private long measure(Way way, int length) throws GeneralSecurityException {
        int count = (int) Math.min(FRAMES_MAX, ROUND_LENGTH / length);
        long thread = Thread.currentThread().getId();
        long allocated = threads.getThreadAllocatedBytes(thread);
        // Not the time on the wall: others compute on this machine, too.
        long startNs = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            switch (way) {
                case VECTOR -> byVector(length);
                case OPENSSL -> byOpenSsl(length);
                case JDK -> byJdk(length);
            }
        }
        long passedNs = threads.getCurrentThreadCpuTime() - startNs;
        garbage = (threads.getThreadAllocatedBytes(thread) - allocated) / count;
        return passedNs / count;
    }

    private void byVector(int length) {
        vector.iv().putLongBigEndian(4, sequence++);
        vector.seal(frame, CLEAR, length);
        if (!vector.open(frame, CLEAR, length + AesGcm.TAG_LENGTH)) {
            throw new IllegalStateException("what was sealed cannot be opened");
        }
    }

    private void byOpenSsl(int length) {
        openSsl.iv().putLongBigEndian(4, sequence++);
        openSsl.seal(frame, CLEAR, length);
        if (!openSsl.open(frame, CLEAR, length + AesGcm.TAG_LENGTH)) {
            throw new IllegalStateException("what was sealed cannot be opened");
        }
    }

    private void byJdk(int length) throws GeneralSecurityException {
        ByteBuffer.wrap(iv).putLong(4, sequence++);
        crypt(Cipher.ENCRYPT_MODE, length - CLEAR);
        crypt(Cipher.DECRYPT_MODE, length - CLEAR + AesGcm.TAG_LENGTH);
    }

    private void crypt(int mode, int length) throws GeneralSecurityException {
        jdk.init(mode, key, new GCMParameterSpec(AesGcm.TAG_LENGTH * 8, iv));
        frame.getBytes(0, clear, 0, CLEAR);
        jdk.updateAAD(clear);
        frame.getBytes(CLEAR, text, 0, length);
        int written = jdk.doFinal(text, 0, length, text, 0);
        frame.putBytes(CLEAR, text, 0, written);
    }
}
