// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.sys.Bpf;
import io.vrio.transport.wire.IpAddress;

/**
 * The eBPF program that the kernel runs for each frame of an interface: TCP to one own address and
 * port, in frames that are short and plain, goes to the AF_XDP socket of the queue it came by;
 * everything else takes its usual way, also when there is no such socket.
 */
final class XdpProgram {
    // Instruction codes: class, operation, and whether an operand is in the instruction (BPF_K).
    private static final int MOVE = 0xB7;
    private static final int MOVE_REGISTER = 0xBF;
    private static final int ADD = 0x07;
    private static final int LOAD_WORD = 0x61;
    private static final int LOAD_HALF = 0x69;
    private static final int LOAD_BYTE = 0x71;
    private static final int LOAD_MAP = 0x18;
    private static final int JUMP_IF_GREATER_REGISTER = 0x2D;
    private static final int JUMP_IF_AT_MOST_REGISTER = 0xBD;

    /** In 32 bits: the operand is not extended with its sign. */
    private static final int JUMP_IF_DIFFERENT = 0x56;

    private static final int JUMP_IF_BITS_SET = 0x46;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;

    private static final int REDIRECT_MAP = 51;

    /** In the source register of LOAD_MAP: the operand is a map's descriptor. */
    private static final int MAP_DESCRIPTOR = 1;

    // Registers: the result and the arguments of a call are the first.
    private static final int RESULT = 0;
    private static final int CONTEXT = 1;
    private static final int DATA = 2;
    private static final int END = 3;
    private static final int REACH = 4;
    private static final int FIELD = 5;

    // struct xdp_md.
    private static final int CONTEXT_DATA = 0;
    private static final int CONTEXT_END = 4;
    private static final int CONTEXT_QUEUE = 16;

    // Offsets in an Ethernet frame.
    private static final int ETHERNET_TYPE = 12;
    private static final int IP_VERSION = 14;
    private static final int IP_FRAGMENT = 20;
    private static final int IP_PROTOCOL = 23;
    private static final int IP_DESTINATION = 30;
    private static final int IP_PORT = 36;
    private static final int IP_TCP_LIMIT = 54;
    private static final int IP6_NEXT_HEADER = 20;
    private static final int IP6_DESTINATION = 38;
    private static final int IP6_PORT = 56;
    private static final int IP6_TCP_LIMIT = 74;

    private static final int VERSION_4_IHL_5 = 0x45;
    private static final int PROTOCOL_TCP = 6;

    /** More fragments, or not the first. */
    private static final int ANY_FRAGMENT = 0x3FFF;

    /** Limit: instructions of the longest of the programs here. */
    private static final int INSTRUCTIONS_MAX = 48;

    private final long[] code = new long[INSTRUCTIONS_MAX];
    private int length;

    private XdpProgram() {}

    /**
     * Loads the program; returns its descriptor.
     *
     * @param map of AF_XDP sockets by the number of their queue
     * @param frameMax bytes of the longest Ethernet frame that goes to a socket
     */
    static int load(int map, long hardwareAddress, IpAddress address, int port, int frameMax) {
        return Bpf.loadProgram(instructions(map, hardwareAddress, address, port, frameMax));
    }

    private static long[] instructions(
            int map, long hardwareAddress, IpAddress address, int port, int frameMax) {
        XdpProgram program = new XdpProgram();
        program.begin(
                switch (address.version()) {
                    case V4 -> IP_TCP_LIMIT;
                    case V6 -> IP6_TCP_LIMIT;
                },
                frameMax);
        program.matchStation(hardwareAddress);
        switch (address.version()) {
            case V4 -> program.matchIpv4(address, port);
            case V6 -> program.matchIpv6(address, port);
        }
        return program.end(map);
    }

    /** Passes what is too short to be read or too long for a socket. */
    private void begin(int frameMin, int frameMax) {
        add(LOAD_WORD, DATA, CONTEXT, CONTEXT_DATA, 0);
        add(LOAD_WORD, END, CONTEXT, CONTEXT_END, 0);
        add(MOVE_REGISTER, REACH, DATA, 0, 0);
        add(ADD, REACH, 0, 0, frameMin);
        add(JUMP_IF_GREATER_REGISTER, REACH, END, 0, 0);
        add(MOVE_REGISTER, REACH, DATA, 0, 0);
        add(ADD, REACH, 0, 0, frameMax + 1);
        add(JUMP_IF_AT_MOST_REGISTER, REACH, END, 0, 0);
    }

    private void matchStation(long hardwareAddress) {
        matchWord(0, (int) (hardwareAddress >>> 16));
        matchHalf(4, (int) hardwareAddress);
    }

    /** Options, and fragments, go to the packet socket, which counts them. */
    private void matchIpv4(IpAddress address, int port) {
        matchHalf(ETHERNET_TYPE, address.version().etherType());
        matchByte(IP_VERSION, VERSION_4_IHL_5);
        matchByte(IP_PROTOCOL, PROTOCOL_TCP);
        add(LOAD_HALF, FIELD, DATA, IP_FRAGMENT, 0);
        add(JUMP_IF_BITS_SET, FIELD, 0, 0, networkHalf(ANY_FRAGMENT));
        matchWord(IP_DESTINATION, address.ipv4());
        matchHalf(IP_PORT, port);
    }

    private void matchIpv6(IpAddress address, int port) {
        matchHalf(ETHERNET_TYPE, address.version().etherType());
        matchByte(IP6_NEXT_HEADER, PROTOCOL_TCP);
        matchWord(IP6_DESTINATION, (int) (address.high() >>> 32));
        matchWord(IP6_DESTINATION + 4, (int) address.high());
        matchWord(IP6_DESTINATION + 8, (int) (address.low() >>> 32));
        matchWord(IP6_DESTINATION + 12, (int) address.low());
        matchHalf(IP6_PORT, port);
    }

    private void matchWord(int offset, int value) {
        add(LOAD_WORD, FIELD, DATA, offset, 0);
        add(JUMP_IF_DIFFERENT, FIELD, 0, 0, Integer.reverseBytes(value));
    }

    private void matchHalf(int offset, int value) {
        add(LOAD_HALF, FIELD, DATA, offset, 0);
        add(JUMP_IF_DIFFERENT, FIELD, 0, 0, networkHalf(value));
    }

    private void matchByte(int offset, int value) {
        add(LOAD_BYTE, FIELD, DATA, offset, 0);
        add(JUMP_IF_DIFFERENT, FIELD, 0, 0, value);
    }

    /** Programs read frames in the order of the machine, which is little endian here. */
    private static int networkHalf(int value) {
        return Short.reverseBytes((short) value) & 0xFFFF;
    }

    private long[] end(int map) {
        add(LOAD_WORD, DATA, CONTEXT, CONTEXT_QUEUE, 0);
        add(LOAD_MAP, CONTEXT, MAP_DESCRIPTOR, 0, map);
        add(0, 0, 0, 0, 0);
        // What is answered for a queue without a socket.
        add(MOVE, END, 0, 0, Bpf.XDP_PASS);
        add(CALL, 0, 0, 0, REDIRECT_MAP);
        add(EXIT, 0, 0, 0, 0);
        int pass = length;
        add(MOVE, RESULT, 0, 0, Bpf.XDP_PASS);
        add(EXIT, 0, 0, 0, 0);
        long[] instructions = new long[length];
        for (int i = 0; i < length; i++) {
            // All jumps go to where the frame is passed; a jump counts from the next instruction.
            instructions[i] = isJump(code[i]) ? code[i] | (long) (pass - i - 1) << 16 : code[i];
        }
        return instructions;
    }

    private static boolean isJump(long instruction) {
        int operation = (int) instruction & 0xFF;
        return operation == JUMP_IF_DIFFERENT
                || operation == JUMP_IF_BITS_SET
                || operation == JUMP_IF_GREATER_REGISTER
                || operation == JUMP_IF_AT_MOST_REGISTER;
    }

    /** struct bpf_insn {u8 code; u4 target; u4 source; s16 offset; s32 operand}. */
    private void add(int operation, int target, int source, int offset, int operand) {
        code[length++] =
                operation
                        | (long) target << 8
                        | (long) source << 12
                        | (long) offset << 16
                        | (long) operand << 32;
    }
}
