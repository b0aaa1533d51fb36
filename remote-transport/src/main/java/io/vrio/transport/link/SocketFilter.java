// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;

/** Classic BPF programs that the kernel runs for each frame before a socket gets it. */
final class SocketFilter {
    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;

    // Instruction codes, see linux/bpf_common.h.
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF_INDEXED = 0x48;
    private static final int LOAD_INDEX_FROM_IP_HEADER_LENGTH = 0xB1;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_BITS_SET = 0x45;
    private static final int RETURN = 0x06;

    private static final int INSTRUCTION_LENGTH = 8;
    private static final int PROGRAM_LENGTH = 16;

    /** Offset of the kernel's own facts about a frame; with 4 added: to whom it is addressed. */
    private static final int PACKET_TYPE = -0x1000 + 4;

    private static final int PACKET_HOST = 0;

    /** Limit: more than any frame has; a filter also says how much of a frame is kept. */
    private static final int WHOLE_FRAME = 0x40000;

    private SocketFilter() {}

    /** Lets nothing pass. */
    static int attachDropAll(int fd) {
        return attach(fd, new long[] {instruction(RETURN, 0, 0, 0)});
    }

    /**
     * On a raw packet socket, lets unfragmented TCP over IPv4 to one address and port pass, when
     * its Ethernet frame is addressed to this station.
     */
    static int attachTcp(int fd, int address, int port) {
        return attach(
                fd,
                new long[] {
                    instruction(LOAD_HALF, 0, 0, 12),
                    instruction(JUMP_IF_EQUAL, 0, 12, 0x0800),
                    instruction(LOAD_BYTE, 0, 0, 23),
                    instruction(JUMP_IF_EQUAL, 0, 10, 6),
                    instruction(LOAD_HALF, 0, 0, 20),
                    instruction(JUMP_IF_BITS_SET, 8, 0, 0x3FFF),
                    instruction(LOAD_WORD, 0, 0, 30),
                    instruction(JUMP_IF_EQUAL, 0, 6, address),
                    instruction(LOAD_INDEX_FROM_IP_HEADER_LENGTH, 0, 0, 14),
                    instruction(LOAD_HALF_INDEXED, 0, 0, 16),
                    instruction(JUMP_IF_EQUAL, 0, 3, port),
                    instruction(LOAD_WORD, 0, 0, PACKET_TYPE),
                    instruction(JUMP_IF_EQUAL, 0, 1, PACKET_HOST),
                    instruction(RETURN, 0, 0, WHOLE_FRAME),
                    instruction(RETURN, 0, 0, 0),
                });
    }

    /** struct sock_filter {u16 code; u8 jt; u8 jf; u32 k}: jumps count instructions to skip. */
    private static long instruction(int code, int skipIfTrue, int skipIfFalse, int value) {
        return code | (long) skipIfTrue << 16 | (long) skipIfFalse << 24 | (long) value << 32;
    }

    private static int attach(int fd, long[] instructions) {
        int length = instructions.length * INSTRUCTION_LENGTH;
        try (NativeBuffer buffer = new NativeBuffer(PROGRAM_LENGTH + length)) {
            MemorySlice memory = buffer.slice();
            memory.putShort(0, (short) instructions.length);
            memory.putLong(8, memory.address(PROGRAM_LENGTH, length));
            for (int i = 0; i < instructions.length; i++) {
                memory.putLong(PROGRAM_LENGTH + (long) i * INSTRUCTION_LENGTH, instructions[i]);
            }
            long program = memory.address(0, PROGRAM_LENGTH);
            return Linux.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, program, PROGRAM_LENGTH);
        }
    }
}
