// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import static io.vrio.server.protocol.VhostUserRequest.SET_FEATURES;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_CALL;
import static io.vrio.server.protocol.VhostUserRequest.SET_VRING_KICK;
import static io.vrio.server.session.FakeFrontend.longs;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.virtqueue.RingFeatures;
import java.util.concurrent.TimeUnit;

/** A fixture: a session of a device that only notes what it is told, and its frontend. */
final class ServedSession implements AutoCloseable {
    static final long F_PROTOCOL = ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES;
    static final long DRAIN_NS = TimeUnit.SECONDS.toNanos(10);
    static final long GUEST = 0x4000_0000L;
    static final long FRONTEND = 0x7f00_0000_0000L;
    static final long MEMORY_LENGTH = 1 << 20;
    static final long DESCRIPTORS = FRONTEND;
    static final long AVAIL = FRONTEND + 0x4000;
    static final long USED = FRONTEND + 0x5000;

    final ManualClock clock = new ManualClock(0);
    final Worker worker = new Worker("test", clock, 0);
    final FakeDevice device = new FakeDevice();
    final UnixSocket[] pair = UnixSocket.pair();
    final GuestRam memory = new GuestRam(MEMORY_LENGTH, GUEST, FRONTEND);
    final EventFd kick = new EventFd();
    final EventFd call = new EventFd();
    final long descriptorsBefore;
    final VhostUserSession session;
    final FakeFrontend frontend;

    ServedSession() {
        descriptorsBefore = OpenDescriptors.count();
        pair[1].setNonBlocking();
        session =
                new VhostUserSession(
                        worker, device, pair[1], DRAIN_NS, new DeviceLog("disk0", clock));
        frontend = new FakeFrontend(pair[0], session::look);
    }

    /** Everything up to a running vring 0, in QEMU's order. */
    void start() {
        assertTrue(frontend.ask(SET_FEATURES, longs(RingFeatures.SPLIT | F_PROTOCOL)));
        assertTrue(frontend.setMemTable(memory));
        configure(0);
        assertTrue(frontend.setVringEnable(0, true));
    }

    void configure(int index) {
        assertTrue(frontend.setVringNum(index, 64));
        assertTrue(frontend.setVringBase(index, 0));
        assertTrue(frontend.setVringAddr(index, DESCRIPTORS, AVAIL, USED));
        assertTrue(frontend.setEvent(SET_VRING_CALL, index, call.fd()));
        assertTrue(frontend.setEvent(SET_VRING_KICK, index, kick.fd()));
    }

    @Override
    public void close() {
        frontend.close();
        session.close();
        memory.close();
        kick.close();
        call.close();
        worker.close();
    }
}
