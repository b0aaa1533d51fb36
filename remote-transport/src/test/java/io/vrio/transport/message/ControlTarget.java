// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.transport.ProtocolDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The control messages: what is taken for one makes sense, and is the same when said again. */
public final class ControlTarget implements FuzzTarget {
    @Override
    public List<byte[]> seeds() {
        return ProtocolDocument.controlMessages().stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    @Override
    public void run(byte[] input) {
        if (input.length > ControlMessage.LENGTH_MAX) {
            return;
        }
        try {
            ControlMessage message = ControlCodec.decode(input);
            byte[] again = ControlCodec.encode(message);
            if (!ControlCodec.decode(again).equals(message)) {
                throw new IllegalStateException("said again, it is another: " + message);
            }
        } catch (IOException e) {
            // Not a control message, and told so.
        }
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
