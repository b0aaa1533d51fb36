// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.Nic;
import io.vrio.common.io.NicProperties;

/** Two NICs and nothing between them: what one sends, the other one receives at once. */
final class NicCable {
    private final End left = new End();
    private final End right = new End();
    private NicProperties properties;

    /** All of it is used by one worker. */
    NicCable(int mtu) {
        properties = new NicProperties(0, mtu, true, "");
        left.peer = right;
        right.peer = left;
    }

    Nic left() {
        return left;
    }

    Nic right() {
        return right;
    }

    /** Plugs the cable in, or pulls it. */
    void setLink(boolean isUp) {
        properties = properties.withLink(isUp);
        left.listener.run();
        right.listener.run();
    }

    private final class End implements Nic {
        private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
        private End peer;
        private NetPort guest;
        private Runnable listener;

        @Override
        public NicProperties properties() {
            return properties;
        }

        @Override
        public NetPort port() {
            return this::send;
        }

        private boolean send(NetFrame frame) {
            if (peer.guest == null) {
                drops.add(NetDrop.NOT_CONNECTED, 1);
                return true;
            }
            return peer.guest.offer(frame);
        }

        @Override
        public void connect(NetPort port) {
            guest = port;
        }

        @Override
        public void onPropertiesChange(Runnable newListener) {
            listener = newListener == null ? () -> {} : newListener;
        }

        @Override
        public Counters<NetDrop> drops() {
            return drops;
        }

        @Override
        public void close() {
            guest = null;
        }
    }
}
