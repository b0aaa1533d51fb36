// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.agent.Agent;
import io.vrio.common.agent.WorkerFullException;
import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.flow.FrameBuffer;
import io.vrio.transport.message.ControlMessage;
import io.vrio.transport.message.SegmentHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * The disks and NICs of one server: the flow of each, and what comes for them. They outlive the
 * associations. One worker.
 */
final class DeviceTable {
    /** Limit: disks of one worker, and NICs, whose flows are 16 bit; it takes no more then. */
    static final int DEVICES_MAX = 4096;

    /** Limit: so often flows are changed in one association, so that none comes again. */
    private static final int RENUMBERINGS_MAX = FlowTable.FLOW_MAX / 2;

    private final List<RemoteDisk> disks = new ArrayList<>();
    private final List<RemoteNic> nics = new ArrayList<>();
    private final FlowTable<RemoteDisk> disksByFlow = new FlowTable<>(RemoteDisk[]::new);
    private final FlowTable<RemoteNic> nicsByFlow = new FlowTable<>(RemoteNic[]::new);
    private final DiskTally tally = new DiskTally();
    private int lastFlow;
    private int renumberings;

    /**
     * Opens one of {@code peer}, whose devices these are.
     *
     * @throws IllegalStateException when there are {@link #DEVICES_MAX}: who opens disks has a
     *     lower limit
     */
    RemoteDisk openDisk(
            String name, RemotePeer peer, KnownIncarnations incarnations, NanoClock clock) {
        RemoteDisk disk = new RemoteDisk(name, incarnations, clock);
        try {
            disk.join(peer);
        } catch (WorkerFullException e) {
            throw new IllegalStateException(e);
        }
        return disk;
    }

    /**
     * Gives it a flow.
     *
     * @throws WorkerFullException when there are {@link #DEVICES_MAX} disks
     */
    void add(RemoteDisk disk) throws WorkerFullException {
        if (disks.size() == DEVICES_MAX) {
            throw new WorkerFullException("a worker has " + DEVICES_MAX + " disks at most");
        }
        disks.add(disk);
        give(freeFlow(), disk);
    }

    RemoteNic openNic(String name, RemotePeer peer, BufferShare share, NanoClock clock) {
        if (nics.size() == DEVICES_MAX) {
            throw new IllegalStateException("more than " + DEVICES_MAX + " NICs");
        }
        RemoteNic nic = new RemoteNic(name, freeFlow(), peer, share, clock);
        nics.add(nic);
        nicsByFlow.put(nic.flow(), nic);
        return nic;
    }

    /**
     * Gives a disk another flow: what was sent on its present one is not for its next claim.
     *
     * @return false when this association has used up all flows
     */
    boolean renumber(RemoteDisk disk) {
        if (renumberings == RENUMBERINGS_MAX) {
            return false;
        }
        renumberings++;
        int next = freeFlow();
        disksByFlow.remove(disk.flow());
        give(next, disk);
        return true;
    }

    private void give(int flow, RemoteDisk disk) {
        disk.flow(flow, tally);
        disksByFlow.put(flow, disk);
    }

    private int freeFlow() {
        do {
            lastFlow = lastFlow % FlowTable.FLOW_MAX + 1;
        } while (disk(lastFlow) != null || nic(lastFlow) != null);
        return lastFlow;
    }

    void remove(int flow) {
        RemoteDisk disk = disksByFlow.remove(flow);
        disks.remove(disk);
        if (disk != null && disk.isAttached()) {
            tally.onDetached();
        }
        nics.remove(nicsByFlow.remove(flow));
    }

    /** The disk of a flow, or null. */
    RemoteDisk disk(int flow) {
        return disksByFlow.get(flow);
    }

    /** The NIC of a flow, or null. */
    RemoteNic nic(int flow) {
        return nicsByFlow.get(flow);
    }

    /** Whether the peer has claimed all of them for us. */
    boolean isComplete() {
        if (tally.attached() < disks.size()) {
            return false;
        }
        for (int i = 0; i < nics.size(); i++) {
            if (!nics.get(i).isAttached()) {
                return false;
            }
        }
        return true;
    }

    /** Asks for a disk. */
    void attach(RemoteDisk disk, ControlChannel control, ClaimNumbers claims) {
        control.send(new ControlMessage.Attach(disk.flow(), disk.name(), claims.next()));
    }

    /** Asks for those that are not attached: the operator may have made them meanwhile. */
    void attachMissing(ControlChannel control, ClaimNumbers claims) {
        for (RemoteDisk disk : disks) {
            if (!disk.isAttached()) {
                attach(disk, control, claims);
            }
        }
        for (RemoteNic nic : nics) {
            if (!nic.isAttached()) {
                control.send(new ControlMessage.AttachNic(nic.flow(), nic.name()));
            }
        }
    }

    void onResponse(SegmentHeader segment, FrameBuffer buffer, long offset) {
        RemoteDisk disk = disk(segment.flow());
        if (disk != null) {
            disk.onResponse(segment, buffer, offset);
        }
    }

    void onFrames(SegmentHeader segment, FrameBuffer buffer, long offset) {
        RemoteNic nic = nic(segment.flow());
        if (nic != null) {
            nic.onFrames(segment, buffer, offset);
        }
    }

    void onFramesTaken(SegmentHeader segment) {
        RemoteNic nic = nic(segment.flow());
        if (nic != null) {
            nic.onTaken(segment.id());
        }
    }

    /** Hears what the IOhyp says about a device; of one that was closed meanwhile nothing. */
    void onControl(ControlMessage message, Association association) {
        if (message instanceof ControlMessage.Attached attached) {
            RemoteDisk disk = disk(attached.flow());
            if (disk != null) {
                disk.onAttached(association, attached);
            }
        } else if (message instanceof ControlMessage.Changed changed) {
            RemoteDisk disk = disk(changed.flow());
            if (disk != null) {
                disk.onChanged(changed.properties());
            }
        } else if (message instanceof ControlMessage.NicAttached attached) {
            RemoteNic nic = nic(attached.flow());
            if (nic != null) {
                nic.onAttached(association, attached);
            }
        } else if (message instanceof ControlMessage.NicChanged changed) {
            RemoteNic nic = nic(changed.flow());
            if (nic != null) {
                nic.onChanged(changed);
            }
        } else if (message instanceof ControlMessage.AttachRefused refused) {
            onRefused(refused);
        } else if (message instanceof ControlMessage.Revoked revoked) {
            onRevoked(revoked);
        } else {
            throw new AssociationException("an IOhyp does not say " + message);
        }
    }

    private void onRefused(ControlMessage.AttachRefused refused) {
        RemoteDisk disk = disk(refused.flow());
        RemoteNic nic = nic(refused.flow());
        if (disk != null) {
            disk.onRefused(refused.reason());
        } else if (nic != null) {
            nic.onRefused(refused.reason());
        }
    }

    private void onRevoked(ControlMessage.Revoked revoked) {
        RemoteDisk disk = disk(revoked.flow());
        RemoteNic nic = nic(revoked.flow());
        if (disk != null) {
            disk.onRevoked(revoked);
        } else if (nic != null) {
            nic.onRevoked(revoked);
        }
    }

    /** Whether a look at the next frame's headers may save a copy. */
    boolean hasLargeReads() {
        return tally.hasLargeReads();
    }

    /** The association has ended. */
    void onDetached() {
        renumberings = 0;
        disks.forEach(RemoteDisk::onDetached);
        nics.forEach(RemoteNic::onDetached);
    }

    /** Hands frames that have waited on to guests; returns how many. */
    int deliverFrames() {
        int count = 0;
        for (int i = 0; i < nics.size(); i++) {
            count += nics.get(i).doWork();
        }
        return count;
    }

    /** Ends requests that have waited longer than {@code ioTimeoutNs}; returns how many. */
    int expire(long nowNs, long ioTimeoutNs) {
        int expired = 0;
        if (tally.attached() == disks.size()) {
            return 0;
        }
        // By index: who hears of an end may close the disk.
        for (int i = 0; i < disks.size(); i++) {
            expired += disks.get(i).expire(nowNs, ioTimeoutNs);
        }
        return expired;
    }

    /** When one of them has something to do, if that is before {@code otherwise}. */
    long deadlineNs(long ioTimeoutNs, long otherwise) {
        long deadlineNs = otherwise;
        for (int i = 0; i < disks.size(); i++) {
            long expiryNs = disks.get(i).expiryNs(ioTimeoutNs, deadlineNs);
            deadlineNs = expiryNs - deadlineNs < 0 ? expiryNs : deadlineNs;
        }
        for (int i = 0; i < nics.size(); i++) {
            long retryNs = nics.get(i).deadlineNs();
            boolean isSooner = retryNs != Agent.NO_DEADLINE && retryNs - deadlineNs < 0;
            deadlineNs = isSooner ? retryNs : deadlineNs;
        }
        return deadlineNs;
    }
}
