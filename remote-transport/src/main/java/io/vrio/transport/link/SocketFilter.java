// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import io.vrio.transport.wire.IpAddress;

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
    private static final int LOAD_INDEX = 0x01;
    private static final int MOVE_TO_INDEX = 0x07;
    private static final int SHIFT_LEFT = 0x64;
    private static final int ADD = 0x04;
    private static final int RETURN = 0x06;

    // What "next header" in IPv6 calls the extension headers.
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION_OPTIONS = 60;

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
     * On a raw packet socket, lets TCP to one address and port pass, when its Ethernet frame is
     * addressed to this station. Over IPv4 not in fragments; over IPv6 also behind one extension
     * header, so that such frames are counted before they are dropped.
     */
    static int attachTcp(int fd, IpAddress address, int port) {
        return attach(
                fd,
                switch (address.version()) {
                    case V4 -> tcpOverIpv4(address.ipv4(), port);
                    case V6 -> tcpOverIpv6(address, port);
                });
    }

    private static long[] tcpOverIpv4(int address, int port) {
        return new long[] {
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
        };
    }

    private static long[] tcpOverIpv6(IpAddress address, int port) {
        return new long[] {
            instruction(LOAD_HALF, 0, 0, 12),
            instruction(JUMP_IF_EQUAL, 0, 26, 0x86DD),
            instruction(LOAD_WORD, 0, 0, 38),
            instruction(JUMP_IF_EQUAL, 0, 24, (int) (address.high() >>> 32)),
            instruction(LOAD_WORD, 0, 0, 42),
            instruction(JUMP_IF_EQUAL, 0, 22, (int) address.high()),
            instruction(LOAD_WORD, 0, 0, 46),
            instruction(JUMP_IF_EQUAL, 0, 20, (int) (address.low() >>> 32)),
            instruction(LOAD_WORD, 0, 0, 50),
            instruction(JUMP_IF_EQUAL, 0, 18, (int) address.low()),
            instruction(LOAD_WORD, 0, 0, PACKET_TYPE),
            instruction(JUMP_IF_EQUAL, 0, 16, PACKET_HOST),
            // The index is the length of the extension header.
            instruction(LOAD_INDEX, 0, 0, 0),
            instruction(LOAD_BYTE, 0, 0, 20),
            instruction(JUMP_IF_EQUAL, 10, 0, 6),
            instruction(JUMP_IF_EQUAL, 3, 0, HOP_BY_HOP),
            instruction(JUMP_IF_EQUAL, 2, 0, ROUTING),
            instruction(JUMP_IF_EQUAL, 1, 0, FRAGMENT),
            instruction(JUMP_IF_EQUAL, 0, 9, DESTINATION_OPTIONS),
            instruction(LOAD_BYTE, 0, 0, 54),
            instruction(JUMP_IF_EQUAL, 0, 7, 6),
            // Its second byte counts what is more than 8 bytes, in units of 8.
            instruction(LOAD_BYTE, 0, 0, 55),
            instruction(SHIFT_LEFT, 0, 0, 3),
            instruction(ADD, 0, 0, 8),
            instruction(MOVE_TO_INDEX, 0, 0, 0),
            instruction(LOAD_HALF_INDEXED, 0, 0, 56),
            instruction(JUMP_IF_EQUAL, 0, 1, port),
            instruction(RETURN, 0, 0, WHOLE_FRAME),
            instruction(RETURN, 0, 0, 0),
        };
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
