// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.agent.Worker;
import io.vrio.common.clock.ManualClock;
import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.common.sys.Linux;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.device.block.MemoryDisk;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.protocol.ProtocolFeatures;
import io.vrio.server.protocol.VhostUserMessage;
import io.vrio.server.protocol.VhostUserRequest;
import io.vrio.server.virtqueue.RingFeatures;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A session, and a frontend that says what the input says: the messages of the protocol, right or
 * wrong, with any descriptors, or plain bytes. Nothing of it is left when it has gone.
 */
public final class VhostUserSessionTarget implements FuzzTarget {
    /** Limit: messages of one input. */
    private static final int MESSAGES_MAX = 32;

    /** How often leaks are looked for, which takes longer than an input. */
    private static final int LOOK_INTERVAL = 10_000;

    private static final int BEGINS_WELL = 1;
    private static final int BEGINS_PACKED = 2;
    private static final int MODES = 4;
    private static final long GUEST = 0x1000_0000L;
    private static final long FRONTEND = 0x7f00_0000_0000L;
    private static final int LENGTH = 1 << 16;
    private static final long FEATURES =
            ProtocolFeatures.VHOST_USER_F_PROTOCOL_FEATURES | RingFeatures.SPLIT;

    private final ManualClock clock = new ManualClock(0);
    private final Worker worker = new Worker("fuzz", clock, 0);
    private final MemoryDisk disk = MemoryDisk.ofCapacity(1 << 20);
    private final BlockDevice device = new BlockDevice("disk0", disk, 3);
    private final GuestRam ram = new GuestRam(LENGTH, GUEST, FRONTEND);
    private final EventFd event = new EventFd();
    private final UnixSocket[] other = UnixSocket.pair();
    private final DeviceLog log = new DeviceLog("disk0", clock);
    private long openBefore = -1;
    private int count;

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (VhostUserRequest request : VhostUserRequest.values()) {
            for (int mode = 0; mode < MODES; mode++) {
                ByteArrayOutputStream seed = new ByteArrayOutputStream();
                seed.write(mode);
                addMessage(seed, request, FakeFrontend.longs(0));
                addMessage(seed, request, FakeFrontend.longs(1, GUEST, LENGTH, FRONTEND, 0));
                addMessage(seed, request, FakeFrontend.longs(features(mode)));
                seeds.add(seed.toByteArray());
            }
        }
        return seeds;
    }

    private static void addMessage(
            ByteArrayOutputStream seed, VhostUserRequest request, byte[] payload) {
        seed.writeBytes(new byte[] {0, (byte) request.ordinal(), 9, (byte) payload.length});
        seed.writeBytes(payload);
        seed.write(1);
    }

    @Override
    public void run(byte[] input) {
        FuzzInput choices = new FuzzInput(input);
        UnixSocket[] pair = UnixSocket.pair();
        pair[1].setNonBlocking();
        try (VhostUserSession session =
                        new VhostUserSession(worker, device, pair[1], 1_000_000, log);
                FakeFrontend frontend = new FakeFrontend(pair[0], session::look)) {
            int mode = choices.nextByte();
            if ((mode & BEGINS_WELL) != 0) {
                beginWell(frontend, features(mode));
            }
            for (int i = 0; i < MESSAGES_MAX && choices.hasNext() && !session.isClosed(); i++) {
                say(choices, frontend);
                work(session);
            }
        } catch (ErrnoException e) {
            // The session has ended before all was sent.
            if (e.errno() != Linux.EPIPE) {
                throw e;
            }
        }
        disk.releaseAll();
        check();
    }

    private static long features(int mode) {
        return FEATURES | ((mode & BEGINS_PACKED) != 0 ? RingFeatures.PACKED : 0);
    }

    private void beginWell(FakeFrontend frontend, long features) {
        frontend.ask(VhostUserRequest.SET_FEATURES, FakeFrontend.longs(features));
        frontend.setMemTable(ram);
        frontend.setVringNum(0, 16);
        frontend.setVringAddr(0, FRONTEND, FRONTEND + 0x1000, FRONTEND + 0x2000);
        frontend.setEvent(VhostUserRequest.SET_VRING_KICK, 0, event.fd());
        frontend.setVringEnable(0, true);
    }

    private void say(FuzzInput choices, FakeFrontend frontend) {
        int form = choices.nextByte();
        if (form == 255) {
            frontend.sendBytes(choices.nextBytes(choices.nextByte() + 1));
            return;
        }
        VhostUserRequest[] requests = VhostUserRequest.values();
        int code = requests[choices.nextByte() % requests.length].code();
        int flags = choices.nextByte();
        byte[] payload =
                choices.nextBytes(Math.min(VhostUserMessage.PAYLOAD_MAX, choices.nextByte()));
        int length = (form & 0x80) != 0 ? choices.nextInt() : payload.length;
        int[] descriptors = descriptors(choices.nextByte());
        frontend.sendRaw(
                (form & 0x40) != 0 ? choices.nextInt() : code, flags, length, payload, descriptors);
        if ((form & 1) != 0) {
            // The guest writes into its memory, rings and all.
            ram.slice().putByte(choices.nextShort(), (byte) choices.nextByte());
        }
        clock.advance((form & 2) != 0 ? 1_000_000 : 0);
    }

    private int[] descriptors(int choice) {
        int[] all = {event.fd(), ram.fd(), other[0].fd()};
        int[] chosen = new int[(choice & 0xF) % 10];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = all[(choice >> 4) % all.length];
        }
        return chosen;
    }

    private void work(VhostUserSession session) {
        if (!session.isClosed()) {
            session.doWork();
        }
        if (session.isServing()) {
            device.doWork();
            device.prepareToBlock();
            device.onWake();
        }
    }

    private void check() {
        if (log.faults() > 0) {
            throw new IllegalStateException("a fault of this program");
        }
        if (count++ % LOOK_INTERVAL == 0) {
            long open = OpenDescriptors.count();
            openBefore = openBefore < 0 ? open : openBefore;
            int mappings = ram.serverMappings();
            if (open != openBefore || mappings != 0) {
                throw new IllegalStateException(
                        "%d descriptors, before %d, %d mappings"
                                .formatted(open, openBefore, mappings));
            }
        }
    }

    @Override
    public void close() {
        device.close();
        worker.close();
        disk.close();
        ram.close();
        event.close();
        other[0].close();
        other[1].close();
    }
}
