// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The layout of every message, as a frontend on x86-64 or aarch64 writes it. */
final class VhostUserMessageTest {
    private final NativeBuffer buffer = new NativeBuffer(VhostUserMessage.LENGTH_MAX);
    private final VhostUserMessage message = new VhostUserMessage(buffer.slice());

    @AfterEach
    void free() {
        buffer.close();
    }

    private void receive(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        buffer.slice().fill(0, VhostUserMessage.LENGTH_MAX, (byte) 0);
        buffer.slice().putBytes(0, bytes, 0, bytes.length);
    }

    private String sent() {
        byte[] bytes = new byte[message.length()];
        buffer.slice().getBytes(0, bytes, 0, bytes.length);
        String payload = HexFormat.of().formatHex(Arrays.copyOfRange(bytes, 12, bytes.length));
        String header = HexFormat.of().formatHex(Arrays.copyOfRange(bytes, 0, 12));
        return header + (payload.isEmpty() ? "" : " " + payload);
    }

    @Test
    void shouldReadAHeader() {
        receive("02000000 09000000 08000000 0000004001000000");
        assertSame(VhostUserRequest.SET_FEATURES, message.request());
        assertEquals("SET_FEATURES", message.requestName());
        assertTrue(message.isReplyNeeded());
        assertEquals(8, message.payloadLength());
        assertEquals(20, message.length());
        assertEquals(0x140000000L, message.number());
        assertNull(message.invalidReason());
    }

    @Test
    void shouldReadAVringState() {
        receive("08000000 01000000 08000000 03000000 00010000");
        assertEquals(3, message.vringIndex());
        assertEquals(256, message.vringValue());
        assertFalse(message.isReplyNeeded());
    }

    @Test
    void shouldReadVringAddresses() {
        receive(
                "09000000 01000000 28000000 01000000 00000000 0010000000000000"
                        + "0030000000000000 0020000000000000 0000000000000000");
        assertEquals(1, message.vringIndex());
        assertEquals(0x1000, message.descriptorsAddress());
        assertEquals(0x3000, message.usedAddress());
        assertEquals(0x2000, message.availAddress());
    }

    @Test
    void shouldReadAVringDescriptor() {
        receive("0c000000 01000000 08000000 0200000000000000");
        assertEquals(2, message.descriptorVringIndex());
        assertFalse(message.isWithoutDescriptor());
    }

    @Test
    void shouldReadThatAVringIsPolled() {
        receive("0d000000 01000000 08000000 0201000000000000");
        assertEquals(2, message.descriptorVringIndex());
        assertTrue(message.isWithoutDescriptor());
    }

    @Test
    void shouldReadAMemoryTable() {
        receive(
                "05000000 09000000 48000000 02000000 00000000"
                        + "0000000000000000 0000008000000000 0000000100007f00 0000000000000000"
                        + "0000000001000000 0000004000000000 0000008100007f00 0000008000000000");
        assertEquals(2, message.regionCount());
        assertEquals(message.payloadLength(), VhostUserMessage.regionsLength(2));
        assertEquals(0x100000000L, message.regionGuestAddress(1));
        assertEquals(0x40000000L, message.regionSize(1));
        assertEquals(0x7f000081000000L, message.regionFrontendAddress(1));
        assertEquals(0x80000000L, message.regionMmapOffset(1));
    }

    @Test
    void shouldReadASingleRegionLikeTheFirstRowOfATable() {
        receive(
                "25000000 09000000 28000000 0000000000000000"
                        + "0000000000000000 0000008000000000 0000000100007f00 0010000000000000");
        assertEquals(0x80000000L, message.regionSize(0));
        assertEquals(0x7f000001000000L, message.regionFrontendAddress(0));
        assertEquals(0x1000, message.regionMmapOffset(0));
    }

    @Test
    void shouldReadAConfigurationRange() {
        receive("19000000 01000000 0d000000 20000000 01000000 00000000 01");
        assertEquals(32, message.configOffset());
        assertEquals(1, message.configLength());
        assertEquals(0, message.configFlags());
        assertNull(message.invalidConfigReason(true));
        assertEquals(1, message.configData().getByte(0));
    }

    @Test
    void shouldAskForConfigurationWithOrWithoutRoomForIt() {
        receive("18000000 01000000 0c000000 00000000 3c000000 00000000");
        assertNull(message.invalidConfigReason(false));
        assertEquals("configuration of 0 bytes, not 60", message.invalidConfigReason(true));
    }

    @ParameterizedTest
    @CsvSource({
        "ffffffff 01000000",
        "00000000 ffffffff",
        "01010000 00000000",
        "00000000 01010000",
        "00010000 01000000",
        "ffffff7f 02000000"
    })
    void shouldRefuseAConfigurationRangeOutsideOfTheSpace(String range) {
        receive("18000000 01000000 0c000000 " + range + " 00000000");
        assertTrue(message.invalidConfigReason(false).startsWith("configuration offset"));
    }

    @ParameterizedTest
    @CsvSource({
        "00000000 00000000, version 0",
        "02000000 00000000, version 2",
        "05000000 00000000, a reply that nobody asked for",
        "01000000 01100000, payload of 4097 bytes",
        "01000000 ffffffff, payload of 4294967295 bytes",
    })
    void shouldRefuseAHeaderThatLeavesTheNextOneUnknown(String flagsAndLength, String reason) {
        receive("01000000 " + flagsAndLength);
        assertEquals(reason, message.invalidReason());
    }

    @ParameterizedTest
    @CsvSource({"00000000, 0", "07000000, 7", "40000000, 64", "ffffffff, 4294967295"})
    void shouldNameAnUnknownRequestByItsCode(String code, String name) {
        receive(code + "01000000 00000000");
        assertNull(message.request());
        assertEquals(name, message.requestName());
    }

    @Test
    void shouldWriteANumber() {
        message.beginReply(1).putNumber(0x140000000L);
        assertEquals("010000000500000008000000 0000004001000000", sent());
    }

    @Test
    void shouldWriteAVringState() {
        message.beginReply(11).putVringState(2, 0x1234);
        assertEquals("0b0000000500000008000000 0200000034120000", sent());
    }

    @Test
    void shouldWriteAConfigurationRange() {
        message.beginReply(24).putConfig(4, 2).configData().putShort(0, (short) 0x0201);
        assertEquals("18000000050000000e000000 0400000002000000000000000102", sent());
    }

    @Test
    void shouldWriteThatThereIsNoConfiguration() {
        message.beginReply(24);
        assertEquals("180000000500000000000000", sent());
    }

    @Test
    void shouldWriteTheRequestThatTellsOfAChange() {
        message.beginRequest(VhostUserMessage.CONFIG_CHANGE_MSG);
        assertEquals("020000000100000000000000", sent());
    }

    @ParameterizedTest
    @EnumSource(VhostUserRequest.class)
    void shouldFindARequestByItsCode(VhostUserRequest request) {
        assertSame(request, VhostUserRequest.ofCode(request.code()));
    }

    @ParameterizedTest
    @CsvSource({
        "SET_FEATURES, 8, 0, ",
        "SET_FEATURES, 4, 0, payload of 4 bytes",
        "SET_FEATURES, 16, 0, payload of 16 bytes",
        "SET_FEATURES, 8, 1, 1 descriptors",
        "SET_MEM_TABLE, 264, 8, ",
        "SET_MEM_TABLE, 296, 8, payload of 296 bytes",
        "SET_VRING_KICK, 8, 2, 2 descriptors",
        "REM_MEM_REG, 40, 1, ",
        "GET_CONFIG, 8, 0, payload of 8 bytes",
    })
    void shouldJudgeTheShapeOfARequest(
            VhostUserRequest request, int payloadLength, int descriptorCount, String reason) {
        assertEquals(reason, request.invalidReason(payloadLength, descriptorCount));
    }
}
