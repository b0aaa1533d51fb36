// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The file behind a tap or macvtap (linux/if_tun.h): a read takes one frame that the host sent to
 * the interface, a write is one frame that comes out of it, each behind a {@link
 * #HEADER_LENGTH}-byte virtio_net_hdr, little endian. Frames with partial checksums, and frames to
 * be cut, pass in both directions. Non-blocking. A tap goes with its file unless it is persistent.
 */
public final class TapDevice implements AutoCloseable {
    /** Bytes of a virtio_net_hdr with its buffer count, as modern virtio has it. */
    public static final int HEADER_LENGTH = 12;

    /** Limit: bytes of an interface name, IFNAMSIZ without the final zero. */
    public static final int NAME_MAX = 15;

    private static final String NODE = "/dev/net/tun";

    private static final long TUNSETIFF = 0x400454CAL;
    private static final long TUNSETOFFLOAD = 0x400454D0L;
    private static final long TUNSETSNDBUF = 0x400454D4L;
    private static final long TUNSETVNETHDRSZ = 0x400454D8L;
    private static final long TUNSETVNETLE = 0x400454DCL;
    private static final long TUNSETCARRIER = 0x400454E2L;

    private static final int IFF_TAP = 0x0002;
    private static final int IFF_MULTI_QUEUE = 0x0100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;

    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;
    private static final int OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    private static final int UDP_OFFLOADS = TUN_F_USO4 | TUN_F_USO6;

    /** Bytes on their way out of the interface; a macvtap says beyond it that there is no room. */
    private static final int SEND_BUFFER = 8 << 20;

    // struct ifreq {char name[16]; union of 24}.
    private static final int REQUEST_LENGTH = 40;
    private static final int REQUEST_VALUE = 16;

    private final int fd;
    private boolean canCutUdp;
    private boolean isClosed;

    private TapDevice(int fd) {
        this.fd = fd;
    }

    /**
     * Attaches to the tap of this name, which is made when it is not there.
     *
     * @throws ErrnoException EBUSY when somebody else is attached, EINVAL when the interface is no
     *     tap, EPERM without CAP_NET_ADMIN, ENOENT without the driver
     */
    public static TapDevice open(String name) {
        return open(NODE, name);
    }

    /**
     * Opens the character device that a macvtap has.
     *
     * @param name of the macvtap
     */
    public static TapDevice openNode(String path, String name) {
        return open(path, name);
    }

    private static TapDevice open(String path, String name) {
        int flags = Linux.O_RDWR | Linux.O_NONBLOCK;
        int fd = Linux.check(Linux.open(path, flags, 0), "open " + path);
        TapDevice device = new TapDevice(fd);
        try {
            device.attach(name);
            device.configure();
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private void attach(String name) {
        int flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
        int result = attach(name, flags);
        if (result == -Linux.EINVAL) {
            // A tap that was made for several queues takes only users who know of that.
            result = attach(name, flags | IFF_MULTI_QUEUE);
        }
        Linux.check(result, "tap " + name);
    }

    private int attach(String name, int flags) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > NAME_MAX) {
            throw new IllegalArgumentException("interface name of " + bytes.length + " bytes");
        }
        try (NativeBuffer buffer = new NativeBuffer(REQUEST_LENGTH)) {
            MemorySlice request = buffer.slice();
            request.putBytes(0, bytes, 0, bytes.length);
            request.putShort(REQUEST_VALUE, (short) flags);
            return Linux.ioctl(fd, TUNSETIFF, request.address(0, REQUEST_LENGTH));
        }
    }

    private void configure() {
        Linux.check(setNumber(TUNSETVNETHDRSZ, HEADER_LENGTH), "TUNSETVNETHDRSZ");
        Linux.check(setNumber(TUNSETVNETLE, 1), "TUNSETVNETLE");
        Linux.check(setNumber(TUNSETSNDBUF, SEND_BUFFER), "TUNSETSNDBUF");
        // The flags themselves are the argument.
        canCutUdp = Linux.ioctl(fd, TUNSETOFFLOAD, OFFLOADS | UDP_OFFLOADS) >= 0;
        if (!canCutUdp) {
            Linux.check(Linux.ioctl(fd, TUNSETOFFLOAD, OFFLOADS), "TUNSETOFFLOAD");
        }
    }

    private int setNumber(long request, int value) {
        try (NativeBuffer buffer = new NativeBuffer(4)) {
            buffer.slice().putInt(0, value);
            return Linux.ioctl(fd, request, buffer.slice().address(0, 4));
        }
    }

    public int fd() {
        return fd;
    }

    /** Whether the kernel takes UDP frames that are to be cut; Linux does since 6.2. */
    public boolean canCutUdp() {
        return canCutUdp;
    }

    /**
     * Plugs a tap's cable in, or pulls it out, as the host sees it.
     *
     * @return 0, or a negated errno: a macvtap has its lower interface's carrier
     */
    public int setCarrier(boolean isOn) {
        return setNumber(TUNSETCARRIER, isOn ? 1 : 0);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            Linux.close(fd);
        }
    }
}
