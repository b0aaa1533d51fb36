// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.protocol;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** One message of a frontend: what is found valid is looked at in each way that it can be. */
public final class VhostUserMessageTarget implements FuzzTarget {
    private final NativeBuffer memory = new NativeBuffer(VhostUserMessage.LENGTH_MAX);
    private final MemorySlice bytes = memory.slice();
    private final VhostUserMessage message = new VhostUserMessage(bytes);

    @Override
    public List<byte[]> seeds() {
        return Arrays.stream(VhostUserRequest.values()).map(VhostUserMessageTarget::seed).toList();
    }

    private static byte[] seed(VhostUserRequest request) {
        return ByteBuffer.allocate(VhostUserMessage.HEADER_LENGTH + 40)
                .order(ByteOrder.nativeOrder())
                .putInt(request.code())
                .putInt(9)
                .putInt(40)
                .putLong(1)
                .array();
    }

    @Override
    public void run(byte[] input) {
        int length = Math.min(input.length, VhostUserMessage.LENGTH_MAX);
        bytes.fill(0, VhostUserMessage.HEADER_LENGTH, (byte) 0);
        bytes.putBytes(0, input, 0, length);
        if (message.invalidReason() == null) {
            bytes.address(0, message.length());
            look();
        }
    }

    private void look() {
        message.requestName();
        message.macAddress();
        message.usedLogAddress();
        message.logOffset();
        if (message.descriptorVringIndex() < 0) {
            throw new IllegalStateException("vring " + message.descriptorVringIndex());
        }
        int regions = message.regionCount();
        if (regions > 0 && VhostUserMessage.regionsLength(regions) == message.payloadLength()) {
            message.regionMmapOffset(regions - 1);
        }
        if (message.invalidConfigReason(true) == null
                && message.configData().length() > message.payloadLength()) {
            throw new IllegalStateException("more configuration than payload");
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
