// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.backends.net.NicSpec.MacvtapSpec;
import io.vrio.backends.net.NicSpec.RawSpec;
import io.vrio.backends.net.NicSpec.TapSpec;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.FrameSegmenter;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.io.NicProperties;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.Linux;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A NIC made of a network interface of this machine: checks frames in both directions, and follows
 * the interface's state. One worker.
 */
final class InterfaceNic implements NicBackend, FrameReader.Target {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceNic.class);

    /** Limit: errors in a row after which reading is given up; each one costs a duty cycle. */
    private static final int READ_ERRORS_MAX = 64;

    private final NicContext context;
    private final NicOptions options;
    private final NetPort port = this::offer;
    private final FrameSocket socket;
    private final FrameFile frames;
    private final SourceAddress source;
    private final FrameSegmenter segmenter = new FrameSegmenter();
    private final FrameReader reader;
    private final int eventKey;
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private final Counters<NicCounter> counters = new Counters<>(NicCounter.class);
    private NicProperties properties = NicProperties.UNKNOWN;
    private NetPort guest;
    private Runnable listener;
    private boolean isWantedUp = true;
    private int readErrors;
    private long countedLost;
    private String failure;
    private boolean isClosed;

    /** Takes over the socket, unless it throws. */
    InterfaceNic(FrameSocket socket, NicOptions options, NicContext context) {
        this.socket = socket;
        frames = socket.frames();
        this.options = options;
        this.context = context;
        source = new SourceAddress(options, socket::takeMac);
        reader = new FrameReader(context.name(), context.worker(), frames, this);
        HostInterface host = socket.hostInterface();
        eventKey = context.worker().register(host.eventDescriptor(), this::onEvents);
        // A tap that was there before has lost frames of others.
        LinkStatus status = status();
        countedLost = status == null ? 0 : socket.lostCount(status);
        refresh();
    }

    static InterfaceNic open(InterfaceSpec spec, NicContext context) throws BackendException {
        FrameSocket socket = openSocket(spec, context);
        try {
            return new InterfaceNic(socket, spec.options(), context);
        } catch (RuntimeException e) {
            // The worker could not watch it: out of descriptors or memory.
            socket.close();
            throw e;
        }
    }

    private static FrameSocket openSocket(InterfaceSpec spec, NicContext context)
            throws BackendException {
        if (spec instanceof TapSpec tap) {
            return TapSocket.open(tap);
        }
        if (spec instanceof MacvtapSpec macvtap) {
            return MacvtapSocket.open(macvtap, context.name());
        }
        return RawSocket.open((RawSpec) spec);
    }

    @Override
    public NicProperties properties() {
        return properties;
    }

    @Override
    public NetPort port() {
        return port;
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void connect(NetPort guest) {
        this.guest = guest;
        if (guest == null) {
            source.forget();
            refresh();
        }
    }

    @Override
    public void setLink(boolean isUp) {
        isWantedUp = isUp;
        socket.setCarrier(isUp);
        refresh();
    }

    private void onEvents() {
        if (socket.hostInterface().takeEvents()) {
            refresh();
        }
    }

    /** Asks the kernel how the interface is, and tells the listener what is new. */
    private void refresh() {
        LinkStatus status = failure == null ? status() : null;
        boolean isUp = isWantedUp && status != null && status.hasCarrier();
        int mtu = properties.mtu();
        if (options.mtu() != 0) {
            mtu = options.mtu();
        } else if (status != null) {
            mtu = Math.min(status.mtu(), NicProperties.MTU_MAX);
        }
        change(new NicProperties(source.mac(), mtu, isUp, ""));
    }

    /** Null when the interface can be used no more. */
    private LinkStatus status() {
        HostInterface host = socket.hostInterface();
        try {
            LinkStatus status = host.status();
            if (status == null) {
                fail("network interface " + host.name() + " is gone");
            }
            return status;
        } catch (ErrnoException e) {
            fail("network interface " + host.name() + ": " + e.getMessage());
            return null;
        }
    }

    private void fail(String reason) {
        failure = reason;
        reader.end();
        LOG.warn("nic={} failed: {}", context.name(), reason);
    }

    private void change(NicProperties newProperties) {
        if (!newProperties.equals(properties)) {
            properties = newProperties;
            if (listener != null) {
                listener.run();
            }
        }
    }

    /** From the guest. */
    private boolean offer(NetFrame frame) {
        NetDrop refusal = refusal(frame);
        if (refusal == null) {
            boolean isCutHere = frame.gsoType() == NetFrame.GSO_UDP_L4 && !frames.canCutUdp();
            refusal = isCutHere ? sendSegments(frame) : send(frame);
        }
        if (refusal != null) {
            drops.increment(refusal);
        }
        return true;
    }

    private NetDrop refusal(NetFrame frame) {
        if (!properties.isLinkUp()) {
            return NetDrop.LINK_DOWN;
        }
        NetDrop reason = frame.invalidReason(properties.mtu());
        if (reason != null) {
            return reason;
        }
        return source.admits(frames.begin(frame)) ? null : NetDrop.SPOOFED;
    }

    private NetDrop send(NetFrame frame) {
        if (source.mac() != properties.mac()) {
            change(properties.withMac(source.mac()));
        }
        long sent = frames.send(frame);
        if (sent < 0) {
            return reasonOf((int) -sent, frame);
        }
        counters.increment(NicCounter.FRAMES_FROM_GUEST);
        counters.add(NicCounter.BYTES_FROM_GUEST, frame.length());
        return null;
    }

    /** An older kernel cannot cut UDP frames; its guests do not know how old it is. */
    private NetDrop sendSegments(NetFrame frame) {
        NetDrop reason = segmenter.begin(frame, false);
        for (int i = 0; reason == null && i < segmenter.count(); i++) {
            NetFrame segment = segmenter.segment(i);
            NetDrop refusal = source.admits(frames.begin(segment)) ? null : NetDrop.SPOOFED;
            reason = refusal == null ? send(segment) : refusal;
        }
        return reason;
    }

    private static NetDrop reasonOf(int errno, NetFrame frame) {
        return switch (errno) {
            case Linux.EAGAIN, Linux.ENOBUFS, Linux.ENOMEM -> NetDrop.NO_ROOM;
            // EIO: a tap that is down.
            case Linux.EIO, Linux.ENETDOWN, Linux.ENXIO, Linux.ENODEV, Linux.EBADFD ->
                    NetDrop.LINK_DOWN;
            case Linux.EMSGSIZE -> NetDrop.OVER_MTU;
            case Linux.EINVAL -> frame.isGso() ? NetDrop.BAD_GSO_HEADERS : NetDrop.BACKEND_ERROR;
            default -> NetDrop.BACKEND_ERROR;
        };
    }

    /** To the guest. */
    @Override
    public boolean deliver(NetFrame frame) {
        readErrors = 0;
        NetDrop reason = undeliverable(frame);
        if (reason != null) {
            drops.increment(reason);
            return true;
        }
        int length = frame.length();
        if (!guest.offer(frame)) {
            return false;
        }
        counters.increment(NicCounter.FRAMES_TO_GUEST);
        counters.add(NicCounter.BYTES_TO_GUEST, length);
        return true;
    }

    private NetDrop undeliverable(NetFrame frame) {
        if (guest == null) {
            return NetDrop.NOT_CONNECTED;
        }
        return properties.isLinkUp() ? frame.invalidReason(properties.mtu()) : NetDrop.LINK_DOWN;
    }

    @Override
    public void onExpired() {
        drops.increment(NetDrop.NO_ROOM);
    }

    @Override
    public boolean onReadError(int errno) {
        readErrors++;
        boolean isHopeless = errno == Linux.EBADFD || readErrors >= READ_ERRORS_MAX;
        if (isHopeless && failure == null) {
            fail("reading from " + socket.hostInterface().name() + ": " + Linux.describe(errno));
            refresh();
        }
        return !isHopeless;
    }

    @Override
    public Counters<NetDrop> drops() {
        return drops;
    }

    /** Adds what the kernel had no room for; when the interface is gone, it no longer tells. */
    private void countLost() {
        LinkStatus status = failure == null && !isClosed ? status() : null;
        if (status != null) {
            long lost = socket.lostCount(status);
            drops.add(NetDrop.NO_ROOM, lost - countedLost);
            countedLost = lost;
        }
    }

    @Override
    public Counters<NicCounter> carried() {
        return counters;
    }

    @Override
    public Map<String, Long> counters() {
        countLost();
        return NicCounter.snapshot(counters, drops);
    }

    @Override
    public String failure() {
        return failure;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            guest = null;
            listener = null;
            reader.end();
            context.worker().unregister(socket.hostInterface().eventDescriptor(), eventKey);
            socket.close();
            segmenter.close();
        }
    }
}
