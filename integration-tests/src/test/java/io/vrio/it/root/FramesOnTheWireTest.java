// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.it.Requires;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What tshark says about our frames, when no offload of the sender is left. */
@Tag("root")
@ParameterizedClass
@EnumSource(IpVersion.class)
final class FramesOnTheWireTest {
    private static final int WINDOW = 1 << 20;

    @TempDir private Path folder;
    @Parameter private IpVersion version;
    private Namespaces namespaces;
    private LinkEnd left;
    private LinkEnd right;
    private final NativeBuffer headers = new NativeBuffer(FrameHeader.HEADERS_MAX);
    private final NativeBuffer payload = new NativeBuffer(FrameHeader.PAYLOAD_MAX);
    private final SliceList pieces = new SliceList();
    private FrameWriter writer;
    private FrameWriter answerer;

    @BeforeEach
    void open() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        Requires.program("tshark");
        namespaces = new Namespaces(1500, version).withoutOffloads();
        left = new LinkEnd(namespaces.left(), namespaces.leftAddress());
        right = new LinkEnd(namespaces.right(), namespaces.rightAddress());
        writer = new FrameWriter(left.endpoint(), right.endpoint(), 1500);
        answerer = new FrameWriter(right.endpoint(), left.endpoint(), 1500);
        payload.slice().fill(0, FrameHeader.PAYLOAD_MAX, (byte) 0x5A);
        pieces.add(payload.slice(), 0, FrameHeader.PAYLOAD_MAX);
    }

    @AfterEach
    void close() {
        headers.close();
        payload.close();
        if (namespaces != null) {
            right.close();
            left.close();
            namespaces.close();
        }
    }

    private void send(LinkEnd end, int headersLength, int payloadLength) {
        assertTrue(
                end.link().send(headers.slice(), headersLength, pieces, 0, payloadLength), "sent");
    }

    /** A flow from its opening to its end: 3 + 1 + 3 + 1 + 3 frames. */
    private void sendAFlow() {
        send(left, writer.writeSyn(headers.slice(), 1000, WINDOW), 0);
        send(right, answerer.writeSynAck(headers.slice(), 5000, 1001, WINDOW), 0);
        send(left, writer.writeAck(headers.slice(), 1001, 5001, WINDOW), 0);
        send(left, writer.writeData(headers.slice(), 1001, 5001, WINDOW, 99), 99);
        send(left, writer.writeData(headers.slice(), 1100, 5001, WINDOW, 2900), 2900);
        send(right, answerer.writeAck(headers.slice(), 5001, 4000, WINDOW), 0);
        send(left, writer.writeFin(headers.slice(), 4000, 5001, WINDOW), 0);
        send(right, answerer.writeFin(headers.slice(), 5001, 4001, WINDOW), 0);
        send(left, writer.writeAck(headers.slice(), 4001, 5002, WINDOW), 0);
    }

    @Test
    void shouldLookLikeTcp() throws IOException, InterruptedException {
        try (Capture capture = new Capture(namespaces.right(), folder.resolve("flow.pcapng"), 11)) {
            sendAFlow();
            capture.await();
            int segmentMax = 1500 - version.segmentOverhead();
            assertEquals(
                    List.of(
                            "1 0x0002 0 65535",
                            "1 0x0012 0 65535",
                            "1 0x0010 0 1048576",
                            "1 0x0018 99 1048576",
                            "1 0x0010 " + segmentMax + " 1048576",
                            "1 0x0010 " + segmentMax + " 1048576",
                            "1 0x0018 " + (2900 - 2 * segmentMax) + " 1048576",
                            "1 0x0010 0 1048576",
                            "1 0x0011 0 1048576",
                            "1 0x0011 0 1048576",
                            "1 0x0010 0 1048576"),
                    capture.fields(
                            "tcp",
                            "tcp.checksum.status",
                            "tcp.flags",
                            "tcp.len",
                            "tcp.window_size"));
            assertEquals(List.of(), capture.fields("ip.checksum.status != 1", "frame.number"));
            assertEquals(
                    List.of(),
                    capture.fields("_ws.expert.severity >= warning", "_ws.expert.message"));
        }
    }
}
