// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskWorker;
import io.vrio.backends.block.Host;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.DiskCatalog;
import io.vrio.transport.remote.DiskClaim;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks of an I/O host by name. Those made by {@link #create} are kept in the state directory
 * over restarts; those given as options are not. All methods run on the worker that executes the
 * disks' I/O.
 */
public final class DiskRegistry implements DeviceRegistry<DiskStatus>, DiskCatalog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRegistry.class);

    /** Limit: disks of one IOhyp; more are refused. */
    private static final int DISKS_MAX = 4096;

    private final TreeMap<String, OfferedDisk> disks = new TreeMap<>();
    private final RecordStore<DiskRecord> store;
    private final ClaimLedger claims;
    private final DiskWorker worker;
    private final InstantSource clock;
    private final BackendOpener opener;
    private final String machineId = Host.machineId();
    private boolean isClosed;

    DiskRegistry(
            RecordStore<DiskRecord> store,
            ClaimLedger claims,
            DiskWorker worker,
            InstantSource clock,
            BackendOpener opener)
            throws BackendException {
        this.store = store;
        this.claims = claims;
        this.worker = worker;
        this.clock = clock;
        this.opener = opener;
        for (DiskRecord record : store.load()) {
            OfferedDisk disk = new OfferedDisk(record, true, record.id(), worker, opener, claims);
            disks.put(record.name(), disk);
            tryOpen(disk);
        }
    }

    /**
     * Reads the state directory and opens what is kept there. A disk that cannot be opened is shown
     * as failed and hinders nobody.
     *
     * @param folder stays open longer than the registry
     * @param worker executes the disks' I/O
     * @throws BackendException when the state cannot be trusted
     */
    public static DiskRegistry open(StateFolder folder, DiskWorker worker) throws BackendException {
        return new DiskRegistry(
                new KeptRecords<>(new StateFile<>(folder, new DiskFormat())),
                ClaimLedger.open(folder, ClaimFormat.DISKS, worker::execute, NanoClock.SYSTEM),
                worker,
                InstantSource.system(),
                BackendDisk::open);
    }

    /**
     * Offers a disk given as an option. Where one of this name is kept in the state directory, that
     * one is used when both mean the same backend; otherwise it is an error.
     */
    public void addOption(String name, BackendSpec spec) throws BackendException {
        OfferedDisk present = disks.get(name);
        if (present == null) {
            checkName(name);
            DiskRecord record = new DiskRecord(name, spec, spec.size(), name, now());
            String serialSeed = machineId + " " + name;
            OfferedDisk disk = new OfferedDisk(record, false, serialSeed, worker, opener, claims);
            disks.put(name, disk);
            tryOpen(disk);
        } else if (!present.isKept()) {
            throw new BackendException("disk " + name + " is given twice");
        } else if (!present.record().spec().resized(0).equals(spec.resized(0))) {
            throw new BackendException(
                    "disk "
                            + name
                            + " is given as "
                            + spec.text()
                            + " but was created as "
                            + present.record().spec().text()
                            + "; leave one of them out ('vrio disk delete' forgets the latter)");
        }
    }

    private void tryOpen(OfferedDisk disk) {
        try {
            disk.open();
            LOG.info("disk={} backend={} ready", disk.record().name(), disk.record().spec().text());
        } catch (BackendException e) {
            // Of an option, the daemon tells it, when it refuses to start.
            if (disk.isKept()) {
                LOG.warn("disk={} failed: {}", disk.record().name(), e.getMessage());
            }
        }
    }

    /** Makes a disk, and its file where the specification says so; kept over restarts. */
    public DiskStatus create(String name, BackendSpec spec) throws BackendException {
        checkName(name);
        if (disks.containsKey(name)) {
            throw new BackendException("disk " + name + " exists already; choose another name");
        }
        String id = UUID.randomUUID().toString();
        OfferedDisk disk =
                new OfferedDisk(
                        new DiskRecord(name, spec, 0, id, now()), true, id, worker, opener, claims);
        disk.open();
        BackendDisk backend = disk.backend();
        disks.put(name, disk);
        try {
            save();
        } catch (BackendException e) {
            disks.remove(name);
            backend.undoCreation();
            disk.close();
            throw e;
        }
        LOG.info("disk={} backend={} created", name, spec.text());
        return disk.status();
    }

    private void checkName(String name) throws BackendException {
        if (!DeviceName.isLegal(name)) {
            throw new BackendException(
                    "not a name of a disk (legal: "
                            + DeviceName.LEGAL
                            + "): '"
                            + DeviceName.printable(name)
                            + "'");
        }
        if (disks.size() >= DISKS_MAX) {
            throw new BackendException("there are " + DISKS_MAX + " disks already; remove one");
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private void save() throws BackendException {
        List<DiskRecord> records = new ArrayList<>();
        for (OfferedDisk disk : disks.values()) {
            if (disk.isKept()) {
                records.add(disk.record());
            }
        }
        store.save(records);
    }

    /**
     * Changes the capacity, also while the disk is used.
     *
     * @param mayShrink whether data behind a smaller capacity may be lost
     */
    public DiskStatus resize(String name, long capacity, boolean mayShrink)
            throws BackendException {
        OfferedDisk disk = find(name);
        disk.open();
        boolean isShrinking = capacity < disk.backend().properties().capacity();
        // What is kept is what a later opening insists on: it must never be more than there is.
        if (isShrinking && mayShrink) {
            keep(disk, capacity);
        }
        try {
            disk.backend().resize(capacity, mayShrink);
        } finally {
            keep(disk, disk.backend().properties().capacity());
        }
        LOG.info("disk={} capacity={} resized", name, capacity);
        return disk.status();
    }

    private void keep(OfferedDisk disk, long capacity) throws BackendException {
        DiskRecord changed = disk.record().withCapacity(capacity);
        boolean isChanged = !disk.record().equals(changed);
        disk.record(changed);
        if (isChanged && disk.isKept()) {
            save();
        }
    }

    /** Forgets a disk that no server has. Its file stays; what is in a RAM disk is lost. */
    @Override
    public void remove(String name) throws BackendException {
        OfferedDisk disk = find(name);
        if (disk.claim() != null) {
            throw new BackendException(inUse(disk));
        }
        Reservation reservation = disk.reservation();
        if (reservation != null) {
            throw new BackendException(kept(disk, reservation));
        }
        if (disk.underWayCount() > 0) {
            throw new BackendException(
                    "disk " + name + " still executes requests; try again in a moment");
        }
        disks.remove(name);
        try {
            if (disk.isKept()) {
                save();
            }
        } catch (BackendException e) {
            disks.put(name, disk);
            throw e;
        }
        disk.close();
        LOG.info("disk={} removed", name);
    }

    @Override
    public DiskStatus retry(String name) throws BackendException {
        OfferedDisk disk = find(name);
        if (!disk.failure().isEmpty()) {
            disk.close();
            disk.open();
            LOG.info("disk={} ready again", name);
        }
        return disk.status();
    }

    @Override
    public List<DiskStatus> list() {
        return disks.values().stream().map(OfferedDisk::status).toList();
    }

    @Override
    public DiskStatus show(String name) throws BackendException {
        return find(name).status();
    }

    private OfferedDisk find(String name) throws BackendException {
        OfferedDisk disk = disks.get(name);
        if (disk == null) {
            throw new BackendException("there is no disk " + DeviceName.printable(name));
        }
        return disk;
    }

    @Override
    public DiskClaim claim(String diskName, String serverName, long serverEpoch)
            throws ClaimRefusedException {
        OfferedDisk disk = disks.get(diskName);
        if (disk == null) {
            throw new ClaimRefusedException(
                    "this IOhyp has no disk "
                            + DeviceName.printable(diskName)
                            + "; make it there with 'vrio disk create'");
        }
        ClaimHolder holder = new ClaimHolder(serverName, serverEpoch, now());
        ClaimedDisk present = disk.claim();
        if (present != null) {
            if (!present.holder().isFormerLifeOf(holder)) {
                throw new ClaimRefusedException(inUse(disk));
            }
            LOG.info("disk={} server={} restarted and takes it over", diskName, serverName);
            disk.counters().increment(DiskCounter.TAKEOVERS);
            present.revoke();
        }
        checkNotKept(disk, serverName);
        if (!disk.failure().isEmpty() && disk.underWayCount() == 0) {
            // Nobody relies on the lost writes any more: the new claim has a new incarnation.
            disk.close();
        }
        try {
            disk.open();
        } catch (BackendException e) {
            throw new ClaimRefusedException("disk " + diskName + " has failed: " + e.getMessage());
        }
        return disk.claim(holder);
    }

    private static void checkNotKept(OfferedDisk disk, String serverName)
            throws ClaimRefusedException {
        Reservation reservation = disk.reservation();
        if (reservation != null && !reservation.serverName().equals(serverName)) {
            throw new ClaimRefusedException(kept(disk, reservation));
        }
    }

    private static String kept(OfferedDisk disk, Reservation reservation) {
        return "disk " + disk.record().name() + " " + reservation.refusal();
    }

    private static String inUse(OfferedDisk disk) {
        return "disk " + disk.record().name() + " " + disk.claim().holder().refusal();
    }

    @Override
    public void onEndpointClose() {
        claims.close();
    }

    /** Takes all disks from their servers and closes them. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            claims.close();
            disks.values().forEach(OfferedDisk::close);
            disks.clear();
        }
    }
}
