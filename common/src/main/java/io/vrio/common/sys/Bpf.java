// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Programs that the kernel runs for each frame of an interface (XDP), and the maps by which they
 * find AF_XDP sockets: bpf(2). All of it is closed descriptors away from being gone. Control path;
 * any thread.
 */
public final class Bpf {
    /** What an XDP program answers: the frame takes its usual way. */
    public static final int XDP_PASS = 2;

    /** What an XDP program answers: the frame goes to a socket. */
    public static final int XDP_REDIRECT = 4;

    private static final int MAP_CREATE = 0;
    private static final int MAP_UPDATE = 2;
    private static final int PROGRAM_LOAD = 5;
    private static final int PROGRAM_TEST_RUN = 10;
    private static final int LINK_CREATE = 28;

    private static final int MAP_TYPE_XSKMAP = 17;
    private static final int PROGRAM_TYPE_XDP = 6;
    private static final int ATTACH_TYPE_XDP = 37;

    /** XDP_FLAGS_SKB_MODE: before the IP stack, for any driver, after its super-frames are made. */
    private static final int GENERIC = 2;

    private static final int ATTRIBUTES_LENGTH = 80;
    private static final int INSTRUCTION_LENGTH = 8;

    /** Limit: bytes of what the verifier says; its last lines tell why. */
    private static final int LOG_LENGTH = 64 << 10;

    /** Limit: characters of it that a message repeats. */
    private static final int LOG_SHOWN_MAX = 300;

    private static final String LICENSE = "Apache-2.0";
    private static final String NAME = "vrio";

    private Bpf() {}

    /** A map of AF_XDP sockets by number. */
    public static int createSocketMap(int entriesMax) {
        try (NativeBuffer buffer = new NativeBuffer(ATTRIBUTES_LENGTH)) {
            MemorySlice attributes = buffer.slice();
            attributes.putInt(0, MAP_TYPE_XSKMAP);
            attributes.putInt(4, 4);
            attributes.putInt(8, 4);
            attributes.putInt(12, entriesMax);
            putName(attributes, 28);
            return call(MAP_CREATE, attributes, "bpf BPF_MAP_CREATE");
        }
    }

    /** Frames redirected to {@code number} go to this socket from now on, until it is closed. */
    public static void putSocket(int map, int number, int socket) {
        try (NativeBuffer buffer = new NativeBuffer(ATTRIBUTES_LENGTH + 8)) {
            MemorySlice attributes = buffer.slice();
            attributes.putInt(ATTRIBUTES_LENGTH, number);
            attributes.putInt(ATTRIBUTES_LENGTH + 4, socket);
            attributes.putInt(0, map);
            attributes.putLong(8, attributes.address(ATTRIBUTES_LENGTH, 4));
            attributes.putLong(16, attributes.address(ATTRIBUTES_LENGTH + 4, 4));
            call(MAP_UPDATE, attributes, "bpf BPF_MAP_UPDATE_ELEM");
        }
    }

    /**
     * Has the kernel check and take a program.
     *
     * @throws ErrnoException with what its verifier says, or EPERM without CAP_BPF and
     *     CAP_NET_ADMIN
     */
    public static int loadProgram(long[] instructions) {
        int codeLength = instructions.length * INSTRUCTION_LENGTH;
        int licenseAt = ATTRIBUTES_LENGTH + codeLength;
        int logAt = licenseAt + LICENSE.length() + 1;
        try (NativeBuffer buffer = new NativeBuffer(logAt + LOG_LENGTH)) {
            MemorySlice memory = buffer.slice();
            for (int i = 0; i < instructions.length; i++) {
                memory.putLong(ATTRIBUTES_LENGTH + (long) i * INSTRUCTION_LENGTH, instructions[i]);
            }
            putText(memory, licenseAt, LICENSE);
            memory.putInt(0, PROGRAM_TYPE_XDP);
            memory.putInt(4, instructions.length);
            memory.putLong(8, memory.address(ATTRIBUTES_LENGTH, codeLength));
            memory.putLong(16, memory.address(licenseAt, LICENSE.length() + 1));
            putName(memory, 48);
            memory.putInt(68, ATTACH_TYPE_XDP);
            int program = Linux.bpf(PROGRAM_LOAD, memory.address(0, logAt), ATTRIBUTES_LENGTH);
            if (program >= 0) {
                return program;
            }
            throw new ErrnoException(refusal(memory, logAt), -program);
        }
    }

    /** Loads again with a log: the kernel would refuse one that has no room, so not at first. */
    private static String refusal(MemorySlice memory, int logAt) {
        memory.putInt(24, 1);
        memory.putInt(28, LOG_LENGTH);
        memory.putLong(32, memory.address(logAt, LOG_LENGTH));
        int program = Linux.bpf(PROGRAM_LOAD, memory.address(0, logAt), ATTRIBUTES_LENGTH);
        if (program >= 0) {
            Linux.close(program);
        }
        byte[] bytes = new byte[LOG_LENGTH];
        memory.getBytes(logAt, bytes, 0, LOG_LENGTH);
        int length = 0;
        while (length < LOG_LENGTH && bytes[length] != 0) {
            length++;
        }
        String log = new String(bytes, 0, length, StandardCharsets.US_ASCII);
        String end = log.substring(Math.max(0, log.length() - LOG_SHOWN_MAX));
        String line = end.strip().replaceAll("\\s*\\R\\s*", "; ");
        return "bpf BPF_PROG_LOAD" + (line.isEmpty() ? "" : " (" + line + ")");
    }

    /**
     * Runs a program for each frame that comes in by an interface, in generic mode, as long as the
     * descriptor that is returned, or a copy, is open.
     *
     * @throws ErrnoException EBUSY or EEXIST when the interface has one already
     */
    public static int attach(int program, int interfaceIndex) {
        try (NativeBuffer buffer = new NativeBuffer(ATTRIBUTES_LENGTH)) {
            MemorySlice attributes = buffer.slice();
            attributes.putInt(0, program);
            attributes.putInt(4, interfaceIndex);
            attributes.putInt(8, ATTACH_TYPE_XDP);
            attributes.putInt(12, GENERIC);
            return call(LINK_CREATE, attributes, "bpf BPF_LINK_CREATE");
        }
    }

    /** What a program answers to one frame. */
    public static int run(int program, MemorySlice frame) {
        try (NativeBuffer buffer = new NativeBuffer(ATTRIBUTES_LENGTH)) {
            MemorySlice attributes = buffer.slice();
            attributes.putInt(0, program);
            attributes.putInt(8, Math.toIntExact(frame.length()));
            attributes.putLong(16, frame.address(0, frame.length()));
            attributes.putInt(32, 1);
            call(PROGRAM_TEST_RUN, attributes, "bpf BPF_PROG_TEST_RUN");
            return attributes.getInt(4);
        }
    }

    private static int call(int command, MemorySlice attributes, String what) {
        // Safety: the kernel reads and writes the attributes only, and what they point to.
        long address = attributes.address(0, ATTRIBUTES_LENGTH);
        return Linux.check(Linux.bpf(command, address, ATTRIBUTES_LENGTH), what);
    }

    private static void putName(MemorySlice attributes, int offset) {
        putText(attributes, offset, NAME);
    }

    private static void putText(MemorySlice target, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        target.putBytes(offset, bytes, 0, bytes.length);
    }
}
