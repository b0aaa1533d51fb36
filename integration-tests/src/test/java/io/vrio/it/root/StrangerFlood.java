// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;
import io.vrio.transport.link.NetworkPort;
import io.vrio.transport.link.PacketLink;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.FrameWriter;
import io.vrio.transport.wire.IpAddress;
import io.vrio.transport.wire.IpVersion;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One station that plays strangers by the ten thousand: SYNs from forged addresses and ports, and
 * openings with good and bad cookies. It sees what is answered, since answers go to its Ethernet
 * address. One thread.
 */
final class StrangerFlood implements AutoCloseable {
    /** Each comes back with another port, as who was refused does. */
    private static final int ADDRESSES = 50_000;

    /** Limit: SYNs not answered yet; the kernel's queue of a cable holds 1000 frames. */
    private static final int FLIGHT_MAX = 512;

    /**
     * So long without an answer, what is under way counts as lost. Not sooner on a busy machine:
     * strangers who fill the cable would be a test of the cable.
     */
    private static final long LOST_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(20);

    /** One of so many answers gets an opening with its cookie, another one with a wrong one. */
    private static final int OPENING_EVERY = 8;

    private static final int WINDOW = 65_535;
    private static final int PORT_UNUSED = 1;
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_TRUNC = 0x20;

    private final Endpoint target;
    private final NetworkPort port;
    private final PacketLink sender;
    private final int receiver;
    private final NativeBuffer headersMemory = new NativeBuffer(128);
    private final NativeBuffer payloadMemory = new NativeBuffer(HandshakeMessage.LENGTH_MAX);
    private final NativeBuffer receivedMemory = new NativeBuffer(FrameHeader.FRAME_MAX);
    private final MemorySlice headers = headersMemory.slice();
    private final SliceList payload = new SliceList();
    private final FrameHeader header = new FrameHeader();
    private final int openingLength;
    private int sent;

    /** So many of those sent first have been answered, or their answers are lost. */
    private int settled;

    private int answered;
    private long heardNs;

    /**
     * @param own an address that the station has; it forges all others
     * @param serverName of a server whose key it does not have
     */
    StrangerFlood(Namespace station, IpAddress own, Endpoint target, String serverName) {
        this.target = target;
        port = station.call(() -> NetworkPort.open(Hosts.INTERFACE, own));
        sender = station.call(() -> PacketLink.open(port, PORT_UNUSED));
        receiver = station.call(() -> openReceiver(own.version()));
        byte[] noise =
                new byte
                        [HandshakeMessage.LENGTH_MAX
                                - HandshakeMessage.HEADER_LENGTH
                                - HandshakeMessage.NAME_MAX];
        byte[] opening = HandshakeMessage.encode(new Opening(serverName, noise));
        openingLength = opening.length;
        payloadMemory.slice().putBytes(0, opening, 0, openingLength);
        payload.add(payloadMemory.slice(), 0, openingLength);
    }

    /** Receives whatever comes to this station, to all addresses and ports. */
    private static int openReceiver(IpVersion version) {
        int networkOrder = Short.toUnsignedInt(Short.reverseBytes((short) version.etherType()));
        int fd = Linux.check(Linux.socket(AF_PACKET, SOCK_RAW, networkOrder), "socket AF_PACKET");
        Linux.check(Linux.setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, 1), "PACKET_VNET_HDR");
        Linux.check(
                Linux.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1),
                "PACKET_IGNORE_OUTGOING");
        return fd;
    }

    /** Goes on until so many more SYNs have been answered. */
    void run(int answers) {
        int goal = answered + answers;
        heardNs = System.nanoTime();
        while (answered < goal) {
            if (sent - settled < FLIGHT_MAX) {
                sendSyn();
            }
            if (!receiveOne() && sent - settled == FLIGHT_MAX) {
                settled = System.nanoTime() - heardNs < LOST_NS ? settled : sent;
                LockSupport.parkNanos(POLL_NS);
            }
        }
    }

    private void sendSyn() {
        int stranger = sent % ADDRESSES;
        Endpoint source =
                new Endpoint(port.hardwareAddress(), address(stranger), 1024 + sent % 60_000);
        FrameWriter writer = new FrameWriter(source, target, port.mtu());
        // The answer tells its number. Should there be no room, the frame counts as lost.
        sender.send(headers, writer.writeSyn(headers, sent, WINDOW), null, 0, 0);
        sent++;
    }

    private IpAddress address(int stranger) {
        return switch (target.address().version()) {
            // Between 172.16.0.0 and 172.31.255.255.
            case V4 -> IpAddress.ipv4(0xAC10_0000 | stranger);
            case V6 -> new IpAddress(target.address().high() + 1 + stranger, 1);
        };
    }

    private boolean receiveOne() {
        MemorySlice frame = receivedMemory.slice();
        int room = (int) frame.length();
        // Safety: at most `room` bytes are written.
        long length = Linux.recv(receiver, frame.address(0, room), room, MSG_DONTWAIT | MSG_TRUNC);
        if (length <= 0 || header.wrap(frame).invalidReason((int) length) != null) {
            return length > 0;
        }
        if (header.flags() == (FrameHeader.SYN | FrameHeader.ACK)) {
            onSynAck();
        }
        return true;
    }

    private void onSynAck() {
        answered++;
        settled = Math.max(settled, header.acknowledgement());
        heardNs = System.nanoTime();
        long cookie = Integer.toUnsignedLong(header.sequence());
        if (answered % OPENING_EVERY == 0) {
            sendOpening(cookie);
        } else if (answered % OPENING_EVERY == 1) {
            sendOpening(cookie + 1);
        }
    }

    private void sendOpening(long cookie) {
        FrameWriter writer = new FrameWriter(header.destination(), target, port.mtu());
        long sequence = Integer.toUnsignedLong(header.acknowledgement());
        int length = writer.writeData(headers, sequence, cookie + 1, WINDOW, openingLength);
        sender.send(headers, length, payload, 0, openingLength);
    }

    @Override
    public void close() {
        Linux.close(receiver);
        sender.close();
        port.close();
        headersMemory.close();
        payloadMemory.close();
        receivedMemory.close();
    }
}
