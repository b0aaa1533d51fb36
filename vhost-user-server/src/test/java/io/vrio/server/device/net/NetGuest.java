// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.io.Nic;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.sys.EventFd;
import io.vrio.server.memory.GuestMemory;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.GuestDriver;
import io.vrio.server.virtqueue.GuestDriver.Buffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import io.vrio.server.virtqueue.RingDriver;
import io.vrio.server.virtqueue.RingFeatures;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.server.virtqueue.RingLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A fixture: a guest with one or more queue pairs of a NIC, and the device. Without a session
 * between them: the test calls the device as a session does.
 */
public final class NetGuest implements AutoCloseable {
    public static final int QUEUE_SIZE = 64;

    /** Pairs that the device offers. */
    public static final int PAIRS = 4;

    private final GuestRam ram;
    private final GuestMemory memory = new GuestMemory();
    private final EventFd call = new EventFd();
    private final NetDevice device;
    private final Map<Integer, RingDriver> drivers = new HashMap<>();
    private final Map<Integer, Buffer> receiveBuffers = new HashMap<>();
    private final long features;
    private final int headerLength;

    /** A frame as the guest was given it: the header's bytes and what follows. */
    public record Received(byte[] header, byte[] data, int bufferCount) {
        public int flags() {
            return header[0];
        }

        public int gsoType() {
            return header[1] & 0xFF;
        }

        /** The little-endian number at an offset of the header. */
        public int number(int offset) {
            return (header[offset] & 0xFF) | (header[offset + 1] & 0xFF) << 8;
        }
    }

    public NetGuest(Nic nic, long features) {
        this.features = features;
        ram = new GuestRam(32 << 20, 0x10_0000L, 0x7000_0000_0000L);
        memory.add(ram.region(), ram.fd());
        device = new NetDevice("test", nic, PAIRS);
        device.acceptFeatures(features);
        boolean isLong = (features & (1L << 32 | NetFeatures.MRG_RXBUF)) != 0;
        headerLength = isLong ? 12 : 10;
    }

    /** As QEMU passes it on, all that is offered but for the control queue; with split rings. */
    public static NetGuest start(Nic nic) {
        return start(nic, features(nic) & ~RingFeatures.PACKED);
    }

    /** As {@link #start(Nic)}, with packed rings. */
    public static NetGuest startPacked(Nic nic) {
        return start(nic, features(nic));
    }

    private static long features(Nic nic) {
        long notPassedOn = NetFeatures.CTRL_VQ | NetFeatures.MAC | NetFeatures.STATUS;
        return NetFeatures.of(nic.properties(), PAIRS) & ~notPassedOn;
    }

    /** A guest with its first pair running. */
    public static NetGuest start(Nic nic, long features) {
        NetGuest guest = new NetGuest(nic, features);
        guest.startPair(0);
        return guest;
    }

    public void startPair(int pair) {
        startQueue(2 * pair);
        startQueue(2 * pair + 1);
    }

    /** Makes a ring if there is none yet, and has it served from where the driver is. */
    public void startQueue(int index) {
        RingDriver driver =
                drivers.computeIfAbsent(index, i -> RingDriver.of(ram, QUEUE_SIZE, features));
        device.startQueue(index, RingFormat.open(memory, driver.layout(), features), call);
    }

    /** Has a queue served again, from an index that the former server has answered. */
    public void restartQueue(int index, int availIdx) {
        RingLayout now = drivers.get(index).layout();
        RingLayout layout =
                new RingLayout(
                        now.size(), now.descriptors(), now.availRing(), now.usedRing(), availIdx);
        device.startQueue(index, RingFormat.open(memory, layout, features), call);
    }

    public NetDevice device() {
        return device;
    }

    /** Of a guest with split rings. */
    public GuestDriver driver(int index) {
        return (GuestDriver) drivers.get(index);
    }

    public RingDriver ring(int index) {
        return drivers.get(index);
    }

    public GuestRam ram() {
        return ram;
    }

    public GuestMemory memory() {
        return memory;
    }

    public int headerLength() {
        return headerLength;
    }

    /** Whether the device has called since this was asked last. */
    public boolean isCalled() {
        return call.drain();
    }

    /** Offers a frame to be sent with an empty header, header and data in one descriptor each. */
    public int send(int pair, byte[] data) {
        return send(pair, new byte[headerLength], data);
    }

    public int send(int pair, byte[] header, byte[] data) {
        Buffer first = readable(header);
        List<Buffer> chain = data.length == 0 ? List.of(first) : List.of(first, readable(data));
        return ring(2 * pair + 1).offer(chain);
    }

    /** Guest memory with this content. */
    public Buffer readable(byte[] bytes) {
        long address = ram.allocate(Math.max(1, bytes.length), 1);
        ram.at(address, bytes.length).putBytes(0, bytes, 0, bytes.length);
        return new Buffer(address, bytes.length, false);
    }

    public Buffer writable(int length) {
        return new Buffer(ram.allocate(length, 1), length, true);
    }

    /** Offers receive buffers of one length. */
    public void offerBuffers(int pair, int count, int length) {
        for (int i = 0; i < count; i++) {
            Buffer buffer = writable(length);
            receiveBuffers.put(key(pair, ring(2 * pair).offer(List.of(buffer))), buffer);
        }
    }

    private static int key(int pair, int headIndex) {
        return pair << 16 | headIndex;
    }

    public Used takeSent(int pair) {
        return ring(2 * pair + 1).takeUsed();
    }

    /** Takes the next frame that was received, put together from its buffers, or returns null. */
    public Received receive(int pair) {
        Used first = ring(2 * pair).takeUsed();
        if (first == null) {
            return null;
        }
        List<byte[]> parts = new ArrayList<>();
        parts.add(content(pair, first));
        byte[] header = new byte[headerLength];
        System.arraycopy(parts.get(0), 0, header, 0, headerLength);
        int count = headerLength == 12 ? (header[10] & 0xFF) | (header[11] & 0xFF) << 8 : 1;
        for (int i = 1; i < count; i++) {
            parts.add(content(pair, ring(2 * pair).takeUsed()));
        }
        int length = parts.stream().mapToInt(part -> part.length).sum();
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        byte[] data = Arrays.copyOfRange(all, headerLength, length);
        return new Received(header, data, count);
    }

    private byte[] content(int pair, Used used) {
        Buffer buffer = receiveBuffers.remove(key(pair, used.headIndex()));
        byte[] bytes = new byte[used.length()];
        MemorySlice room = ram.at(buffer.guestAddress(), buffer.length());
        room.getBytes(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** Gives the device one command of the control queue; returns its answer. */
    public int command(int queueIndex, int... bytes) {
        byte[] command = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            command[i] = (byte) bytes[i];
        }
        return command(queueIndex, command);
    }

    public int command(int queueIndex, byte[] command) {
        Buffer answer = writable(1);
        ram.at(answer.guestAddress(), 1).putByte(0, (byte) 0xAA);
        ring(queueIndex).offer(List.of(readable(command), answer));
        device.doWork();
        ring(queueIndex).takeUsed();
        return ram.at(answer.guestAddress(), 1).getUnsignedByte(0);
    }

    public long counter(String name) {
        return device.counters().get(name);
    }

    @Override
    public void close() {
        device.close();
        memory.close();
        call.close();
        ram.close();
    }
}
