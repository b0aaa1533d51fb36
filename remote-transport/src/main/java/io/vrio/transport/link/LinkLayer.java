// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.link;

import io.vrio.common.counter.Counters;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.SliceList;

/** A link over another one: what it does not do itself, that one does. */
public interface LinkLayer extends Link {
    /** The link below; closed with this one. */
    Link inner();

    @Override
    default int mtu() {
        return inner().mtu();
    }

    @Override
    default long hardwareAddress() {
        return inner().hardwareAddress();
    }

    @Override
    default boolean send(
            MemorySlice headers,
            int headersLength,
            SliceList payload,
            long payloadOffset,
            int payloadLength) {
        return inner().send(headers, headersLength, payload, payloadOffset, payloadLength);
    }

    @Override
    default int receive(MemorySlice buffer) {
        return inner().receive(buffer);
    }

    @Override
    default int descriptor() {
        return inner().descriptor();
    }

    @Override
    default Counters<LinkCounter> counters() {
        return inner().counters();
    }

    @Override
    default void close() {
        inner().close();
    }
}
