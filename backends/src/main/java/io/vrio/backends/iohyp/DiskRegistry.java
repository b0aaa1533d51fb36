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
import io.vrio.transport.remote.Claimant;
import io.vrio.transport.remote.DiskCatalog;
import io.vrio.transport.remote.DiskClaim;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disks of an I/O host by name that are at home on one of its workers: it executes their I/O,
 * and all methods run on it. A disk that is claimed on another worker moves there. Those made by
 * {@link #create} are kept in the state directory over restarts; those given as options are not.
 */
public final class DiskRegistry implements DeviceRegistry<DiskStatus>, DiskCatalog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DiskRegistry.class);

    private final TreeMap<String, OfferedDisk> disks = new TreeMap<>();
    private final DiskDirectory directory;
    private final DiskWorker worker;
    private final InstantSource clock;
    private final BackendOpener opener;
    private final String machineId = Host.machineId();
    private boolean isClosed;

    private DiskRegistry(
            DiskDirectory directory, DiskWorker worker, InstantSource clock, BackendOpener opener) {
        this.directory = directory;
        this.worker = worker;
        this.clock = clock;
        this.opener = opener;
    }

    DiskRegistry(
            RecordStore<DiskRecord> store,
            ClaimLedger claims,
            DiskWorker worker,
            InstantSource clock,
            BackendOpener opener)
            throws BackendException {
        this(new DiskDirectory(store, claims), worker, clock, opener);
        for (DiskRecord record : directory.load(this)) {
            OfferedDisk disk = offer(record, true, record.id());
            disks.put(record.name(), disk);
            tryOpen(disk);
        }
    }

    private OfferedDisk offer(DiskRecord record, boolean isKept, String serialSeed) {
        return new OfferedDisk(record, isKept, serialSeed, worker, opener, directory.claims());
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

    /** That of another worker of the same I/O host, which has no disk yet. Any thread. */
    public DiskRegistry beside(DiskWorker other) {
        return new DiskRegistry(directory, other, clock, opener);
    }

    /**
     * Offers a disk given as an option. Where one of this name is kept in the state directory, that
     * one is used when both mean the same backend; otherwise it is an error.
     */
    public void addOption(String name, BackendSpec spec) throws BackendException {
        OfferedDisk present = disks.get(name);
        if (present == null) {
            directory.add(name, this);
            DiskRecord record = new DiskRecord(name, spec, spec.size(), name, now());
            OfferedDisk disk = offer(record, false, machineId + " " + name);
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
            open(disk);
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
        directory.add(name, this);
        String id = UUID.randomUUID().toString();
        OfferedDisk disk = offer(new DiskRecord(name, spec, 0, id, now()), true, id);
        try {
            disk.open();
        } catch (BackendException e) {
            directory.remove(name);
            throw e;
        }
        disks.put(name, disk);
        try {
            directory.keep(disk.record());
        } catch (BackendException e) {
            disks.remove(name);
            directory.remove(name);
            disk.backend().undoCreation();
            disk.close();
            throw e;
        }
        LOG.info("disk={} backend={} created", name, spec.text());
        return disk.status();
    }

    private void open(OfferedDisk disk) throws BackendException {
        disk.open();
        if (disk.isKept()) {
            directory.note(disk.record());
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Changes the capacity, also while the disk is used.
     *
     * @param mayShrink whether data behind a smaller capacity may be lost
     */
    public DiskStatus resize(String name, long capacity, boolean mayShrink)
            throws BackendException {
        OfferedDisk disk = find(name);
        open(disk);
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
            directory.keep(changed);
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
        if (disk.isLeaving()) {
            throw new BackendException(onItsWay(name));
        }
        if (disk.underWayCount() > 0) {
            throw new BackendException(
                    "disk " + name + " still executes requests; try again in a moment");
        }
        directory.forget(name);
        disks.remove(name);
        disk.close();
        LOG.info("disk={} removed", name);
    }

    @Override
    public DiskStatus retry(String name) throws BackendException {
        OfferedDisk disk = find(name);
        if (!disk.failure().isEmpty()) {
            disk.close();
            open(disk);
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
    public void claim(String diskName, Claimant claimant, Answer answer) {
        route(new DiskJourney(diskName, claimant, this, answer));
    }

    /** Sends a claim to where the disk is; that may be here. */
    private void route(DiskJourney claim) {
        DiskRegistry home = directory.home(claim.diskName());
        if (disks.containsKey(claim.diskName())) {
            decide(claim);
        } else if (home == null) {
            claim.refuse(this, none(claim.diskName()));
        } else if (claim.mayGoOn()) {
            // Also to this one: the disk's arrival stands in the queue before it.
            home.tell(() -> home.route(claim));
        } else {
            claim.refuse(this, onItsWay(claim.diskName()));
        }
    }

    private void decide(DiskJourney claim) {
        OfferedDisk disk = disks.get(claim.diskName());
        boolean isOff = disk.isLeaving() && disk.underWayCount() == 0;
        if (isOff && claim.mayGoOn()) {
            // Its departure stands in the queue.
            tell(() -> route(claim));
        } else if (claim.claimer() == this) {
            answer(claim);
        } else {
            letGo(disk, claim);
        }
    }

    private void answer(DiskJourney claim) {
        DiskClaim begun;
        try {
            begun = claim(claim.diskName(), claim.claimant());
        } catch (ClaimRefusedException e) {
            claim.answer().onRefused(e.getMessage());
            return;
        }
        claim.answer().onClaimed(begun);
    }

    /** It goes to the worker of who claims it, once nothing is under way. */
    private void letGo(OfferedDisk disk, DiskJourney claim) {
        String name = claim.diskName();
        try {
            free(disk, claim.claimant());
            // From here on, so that there is no time in which nobody is known to have it.
            directory.claims().begin(name, claim.claimant().serverName());
        } catch (ClaimRefusedException e) {
            claim.refuse(this, e.getMessage());
            return;
        }
        disk.leave(
                () ->
                        depart(
                                disk,
                                claim.claimer(),
                                () -> claim.claimer().onArrival(disk, claim),
                                () -> claim.refuse(this, onItsWay(name))));
    }

    private void depart(OfferedDisk disk, DiskRegistry to, Runnable arrival, Runnable otherwise) {
        String name = disk.record().name();
        // Asked for twice, or closed meanwhile.
        boolean isHere = disks.get(name) == disk;
        if (!isHere || !disk.isLeaving() || disk.underWayCount() > 0) {
            return;
        }
        disks.remove(name);
        if (!directory.move(name, to, arrival)) {
            disks.put(name, disk);
            disk.stay();
            directory.claims().end(name);
            otherwise.run();
        }
    }

    private void onArrival(OfferedDisk disk, DiskJourney claim) {
        settle(disk);
        answer(claim);
        if (disk.claim() == null) {
            directory.claims().end(claim.diskName());
        }
    }

    private void settle(OfferedDisk disk) {
        disk.arrive(worker);
        disks.put(disk.record().name(), disk);
        LOG.info("disk={} is at home on another worker now", disk.record().name());
    }

    /**
     * Runs a command on this registry's worker, soon. Any thread.
     *
     * @return false when that has ended, as it does with the daemon: nobody waits for it there
     */
    boolean tell(Runnable command) {
        try {
            worker.execute(command);
            return true;
        } catch (IllegalStateException e) {
            LOG.debug("not told: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Has every disk go to another worker's registry once nobody uses it; none comes here any more.
     * To be asked again as long as {@link #isEmpty} says no.
     */
    public void leaveTo(DiskRegistry other) {
        directory.setLeaving(this, true);
        for (OfferedDisk disk : List.copyOf(disks.values())) {
            if (disk.claim() == null && !disk.isLeaving()) {
                Runnable arrival = () -> other.settle(disk);
                disk.leave(() -> depart(disk, other, arrival, () -> {}));
            }
        }
    }

    /** Disks may come here again. */
    public void stay() {
        directory.setLeaving(this, false);
    }

    /** Whether no disk is at home here. */
    public boolean isEmpty() {
        return disks.isEmpty();
    }

    /** The one that a disk is at home in, or this one when there is no such disk. Any thread. */
    public DiskRegistry home(String name) {
        DiskRegistry home = directory.home(name);
        return home == null ? this : home;
    }

    /** The names of the disks of all workers. Any thread. */
    public List<String> names() {
        return directory.names();
    }

    DiskClaim claim(String diskName, String serverName, long serverEpoch)
            throws ClaimRefusedException {
        return claim(diskName, new Claimant(serverName, serverEpoch, 0));
    }

    DiskClaim claim(String diskName, Claimant claimant) throws ClaimRefusedException {
        OfferedDisk disk = disks.get(diskName);
        if (disk == null) {
            throw new ClaimRefusedException(none(diskName));
        }
        free(disk, claimant);
        if (!disk.failure().isEmpty() && disk.underWayCount() == 0) {
            // Nobody relies on the lost writes any more: the new claim has a new incarnation.
            disk.close();
        }
        try {
            open(disk);
        } catch (BackendException e) {
            throw new ClaimRefusedException("disk " + diskName + " has failed: " + e.getMessage());
        }
        return disk.claim(ClaimHolder.of(claimant, now()));
    }

    /** Takes it from an earlier claim of who claims it now; refuses when it is another's. */
    private void free(OfferedDisk disk, Claimant claimant) throws ClaimRefusedException {
        String name = disk.record().name();
        if (disk.isLeaving()) {
            throw new ClaimRefusedException(onItsWay(name));
        }
        ClaimHolder holder = ClaimHolder.of(claimant, now());
        ClaimedDisk present = disk.claim();
        if (present != null) {
            if (!present.holder().yieldsTo(holder)) {
                throw new ClaimRefusedException(inUse(disk));
            }
            String why = present.holder().isFormerLifeOf(holder) ? "restarted" : "claims it anew";
            LOG.info("disk={} server={} {} and takes it over", name, holder.serverName(), why);
            disk.counters().increment(DiskCounter.TAKEOVERS);
            present.revoke();
        }
        checkNotKept(disk, claimant.serverName());
    }

    private static String none(String diskName) {
        return "this IOhyp has no disk "
                + DeviceName.printable(diskName)
                + "; make it there with 'vrio disk create'";
    }

    private static String onItsWay(String diskName) {
        return "disk " + diskName + " is on its way to another worker of this IOhyp; try again";
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
        directory.claims().close();
    }

    /** Takes all disks from their servers and closes them. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            if (!disks.isEmpty()) {
                directory.claims().close();
            }
            disks.values().forEach(OfferedDisk::close);
            disks.clear();
        }
    }
}
