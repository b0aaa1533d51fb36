// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.clock.NanoClock;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.message.ControlMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * The disks of one server: the flow of each, and what is said about them on the control channel.
 * They outlive the associations. One worker.
 */
final class DiskTable {
    /** Limit: disks of one server; flows are 16 bit. */
    private static final int DISKS_MAX = 4096;

    private static final int FLOW_MAX = 0xFFFF;

    private final List<RemoteDisk> disks = new ArrayList<>();
    private int lastFlow;

    RemoteDisk open(String name, RemotePeer peer, NanoClock clock) {
        if (disks.size() == DISKS_MAX) {
            throw new IllegalStateException("more than " + DISKS_MAX + " disks");
        }
        do {
            lastFlow = lastFlow % FLOW_MAX + 1;
        } while (find(lastFlow) != null);
        RemoteDisk disk = new RemoteDisk(name, lastFlow, peer, clock);
        disks.add(disk);
        return disk;
    }

    void remove(RemoteDisk disk) {
        disks.remove(disk);
    }

    /** The disk of a flow, or null. */
    RemoteDisk find(int flow) {
        for (int i = 0; i < disks.size(); i++) {
            if (disks.get(i).flow() == flow) {
                return disks.get(i);
            }
        }
        return null;
    }

    /** Whether the peer has claimed all of them for us. */
    boolean isComplete() {
        for (int i = 0; i < disks.size(); i++) {
            if (!disks.get(i).isAttached()) {
                return false;
            }
        }
        return true;
    }

    /** Asks for the disks that are not attached: the operator may have made them meanwhile. */
    void attachMissing(ControlChannel control) {
        for (RemoteDisk disk : disks) {
            if (!disk.isAttached()) {
                control.send(new ControlMessage.Attach(disk.flow(), disk.name()));
            }
        }
    }

    /** Hears what the IOhyp says about a disk; of one that was closed meanwhile nothing. */
    void onControl(ControlMessage message, Association association) {
        if (message instanceof ControlMessage.Attached attached) {
            RemoteDisk disk = find(attached.flow());
            if (disk != null) {
                disk.onAttached(association, attached);
            }
        } else if (message instanceof ControlMessage.AttachRefused refused) {
            RemoteDisk disk = find(refused.flow());
            if (disk != null) {
                disk.onRefused(refused.reason());
            }
        } else if (message instanceof ControlMessage.Revoked revoked) {
            RemoteDisk disk = find(revoked.flow());
            if (disk != null) {
                disk.onRevoked(revoked);
            }
        } else if (message instanceof ControlMessage.Changed changed) {
            RemoteDisk disk = find(changed.flow());
            if (disk != null) {
                disk.onChanged(changed.properties());
            }
        } else {
            throw new AssociationException("an IOhyp does not say " + message);
        }
    }

    /** Whether a look at the next frame's headers may save a copy. */
    boolean hasLargeReads() {
        for (int i = 0; i < disks.size(); i++) {
            if (disks.get(i).hasLargeReads()) {
                return true;
            }
        }
        return false;
    }

    /** The association has ended. */
    void onDetached() {
        disks.forEach(RemoteDisk::onDetached);
    }

    /** Ends requests that have waited longer than {@code ioTimeoutNs}; returns how many. */
    int expire(long nowNs, long ioTimeoutNs) {
        int expired = 0;
        // By index: who hears of an end may close the disk.
        for (int i = 0; i < disks.size(); i++) {
            expired += disks.get(i).expire(nowNs, ioTimeoutNs);
        }
        return expired;
    }

    /** When {@link #expire} has something to do, if that is before {@code otherwise}. */
    long expiryNs(long ioTimeoutNs, long otherwise) {
        long deadlineNs = otherwise;
        for (int i = 0; i < disks.size(); i++) {
            long expiryNs = disks.get(i).expiryNs(ioTimeoutNs, deadlineNs);
            deadlineNs = expiryNs - deadlineNs < 0 ? expiryNs : deadlineNs;
        }
        return deadlineNs;
    }
}
