// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.counter.Counters;
import io.vrio.transport.flow.Association;
import io.vrio.transport.flow.AssociationException;
import io.vrio.transport.message.ControlMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks that one association has claimed, and those that it waits for: another worker may have
 * them. One worker.
 */
final class ServedDisks {
    private static final Logger LOG = LoggerFactory.getLogger(ServedDisks.class);

    /** Limit: disks of one server. */
    static final int DISKS_MAX = 4096;

    private final Association association;
    private final ControlChannel control;
    private final BufferShare share;
    private final RoomQueue rooms = new RoomQueue();
    private final Counters<EndpointCounter> counters;
    private final Consumer<RuntimeException> onFault;
    private final List<DiskService> disks = new ArrayList<>();
    private final FlowTable<DiskService> byFlow = new FlowTable<>(DiskService[]::new);
    private final List<Awaited> awaited = new ArrayList<>();
    private long requests;

    /**
     * @param onFault hears of a fault of this program that nobody else can see
     */
    ServedDisks(
            Association association,
            ControlChannel control,
            BufferShare share,
            Counters<EndpointCounter> counters,
            Consumer<RuntimeException> onFault) {
        this.association = association;
        this.control = control;
        this.share = share;
        this.counters = counters;
        this.onFault = onFault;
    }

    /** A disk that was asked for; what comes after it was given up goes straight back. */
    private final class Awaited implements DiskCatalog.Answer {
        private final int flow;
        private final String name;
        private final String serverName;
        private boolean isWanted = true;

        Awaited(int flow, String name, String serverName) {
            this.flow = flow;
            this.name = name;
            this.serverName = serverName;
        }

        @Override
        public void onClaimed(DiskClaim claim) {
            if (isWanted) {
                awaited.remove(this);
                protect(() -> begin(this, claim));
            } else {
                claim.close();
            }
        }

        @Override
        public void onRefused(String reason) {
            if (isWanted) {
                awaited.remove(this);
                protect(() -> control.send(new ControlMessage.AttachRefused(flow, reason)));
            }
        }

        /** A late answer comes by a command, outside of all that looks after this server. */
        private void protect(Runnable action) {
            try {
                action.run();
            } catch (RuntimeException e) {
                onFault.accept(e);
            }
        }
    }

    private void begin(Awaited asked, DiskClaim claim) {
        DiskService disk = new DiskService(asked.flow, claim, association, share, rooms, counters);
        disks.add(disk);
        byFlow.put(asked.flow, disk);
        claim.onRevoke(() -> revoke(disk, "disk " + asked.name + " was taken away"));
        claim.disk().onPropertiesChange(() -> onPropertiesChange(disk));
        control.send(disk.attached());
        LOG.info("disk={} server={} attached", asked.name, asked.serverName);
    }

    private void onPropertiesChange(DiskService disk) {
        control.send(new ControlMessage.Changed(disk.flow(), disk.attached().properties()));
    }

    /** Whether there is, or will be, a disk on this flow; one that is there is told once more. */
    boolean answerAgain(int flow) {
        DiskService present = find(flow);
        if (present != null) {
            control.send(present.attached());
        }
        return hasFlow(flow);
    }

    boolean hasFlow(int flow) {
        return find(flow) != null || awaited(flow) != null;
    }

    /** The flow has none. */
    void attach(int flow, String name, Claimant claimant, DiskCatalog catalog) {
        if (disks.size() + awaited.size() >= DISKS_MAX) {
            throw new AssociationException("attach of more than " + DISKS_MAX + " disks");
        }
        Awaited asked = new Awaited(flow, name, claimant.serverName());
        awaited.add(asked);
        catalog.claim(name, claimant, asked);
    }

    /** The disk of a flow, or null. */
    DiskService find(int flow) {
        return byFlow.get(flow);
    }

    private Awaited awaited(int flow) {
        for (int i = 0; i < awaited.size(); i++) {
            if (awaited.get(i).flow == flow) {
                return awaited.get(i);
            }
        }
        return null;
    }

    void detach(int flow) {
        DiskService disk = find(flow);
        if (disk != null) {
            disks.remove(disk);
            end(disk);
        }
        Awaited asked = awaited(flow);
        if (asked != null) {
            asked.isWanted = false;
            awaited.remove(asked);
        }
    }

    /** Nobody waits for the answers that are under way, but they share frames with others. */
    private void end(DiskService disk) {
        byFlow.remove(disk.flow());
        association.disown(disk.flow());
        requests += disk.requests();
        disk.close();
    }

    private void revoke(DiskService disk, String reason) {
        if (disks.remove(disk)) {
            control.send(new ControlMessage.Revoked(disk.flow(), reason));
            end(disk);
        }
    }

    boolean isEmpty() {
        return disks.isEmpty() && awaited.isEmpty();
    }

    /** How many requests have been served. */
    long requests() {
        long sum = requests;
        for (int i = 0; i < disks.size(); i++) {
            sum += disks.get(i).requests();
        }
        return sum;
    }

    /** Executes reads as far as there are buffers for their answers. */
    int executeWaiting() {
        return rooms.execute();
    }

    /** The association has ended. */
    void close() {
        awaited.forEach(asked -> asked.isWanted = false);
        awaited.clear();
        disks.forEach(DiskService::close);
        disks.clear();
        byFlow.clear();
    }
}
