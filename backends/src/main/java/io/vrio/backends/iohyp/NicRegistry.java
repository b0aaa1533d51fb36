// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec;
import io.vrio.backends.net.NicWorker;
import io.vrio.backends.net.VirtualSwitches;
import io.vrio.common.io.MacAddress;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.NicCatalog;
import io.vrio.transport.remote.NicClaim;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The NICs of an I/O host by name. Those made by {@link #create} are kept in the state directory
 * over restarts; those given as options are not. All methods run on the worker that carries the
 * NICs' frames.
 */
public final class NicRegistry implements DeviceRegistry<NicStatus>, NicCatalog, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NicRegistry.class);

    /** Limit: NICs of one IOhyp; more are refused. */
    private static final int NICS_MAX = 4096;

    private final TreeMap<String, OfferedNic> nics = new TreeMap<>();
    private final RecordStore<NicRecord> store;
    private final ClaimLedger claims;
    private final NicWorker worker;
    private final InstantSource clock;
    private final NicOpener opener;
    private boolean isClosed;

    NicRegistry(
            RecordStore<NicRecord> store,
            ClaimLedger claims,
            NicWorker worker,
            InstantSource clock,
            NicOpener opener)
            throws BackendException {
        this.store = store;
        this.claims = claims;
        this.worker = worker;
        this.clock = clock;
        this.opener = opener;
        List<NicRecord> records = store.load();
        for (NicRecord record : records) {
            checkMac(record.name(), record.spec());
            nics.put(record.name(), new OfferedNic(record, true, worker, opener, claims));
        }
        nics.values().forEach(this::tryOpen);
    }

    /**
     * Reads the state directory and opens what is kept there. A NIC that cannot be opened is shown
     * as failed and hinders nobody.
     *
     * @param folder stays open longer than the registry
     * @throws BackendException when the state cannot be trusted
     */
    public static NicRegistry open(StateFolder folder, NicWorker worker) throws BackendException {
        VirtualSwitches switches = new VirtualSwitches(UUID.randomUUID().toString());
        return new NicRegistry(
                new KeptRecords<>(new StateFile<>(folder, new NicFormat())),
                ClaimLedger.open(folder, ClaimFormat.NICS, worker::execute, worker.clock()),
                worker,
                InstantSource.system(),
                NicOpener.of(switches));
    }

    /**
     * Offers a NIC given as an option. Where one of this name is kept in the state directory, that
     * one is used when both mean the same backend; otherwise it is an error.
     */
    public void addOption(String name, NicSpec spec) throws BackendException {
        OfferedNic present = nics.get(name);
        if (present == null) {
            checkNew(name, spec);
            NicRecord record = new NicRecord(name, spec, true, now());
            OfferedNic nic = new OfferedNic(record, false, worker, opener, claims);
            nics.put(name, nic);
            tryOpen(nic);
        } else if (!present.isKept()) {
            throw new BackendException("NIC " + name + " is given twice");
        } else if (!present.record().spec().equals(spec)) {
            throw new BackendException(
                    "NIC "
                            + name
                            + " is given as "
                            + spec.text()
                            + " but was created as "
                            + present.record().spec().text()
                            + "; leave one of them out ('vrio nic delete' forgets the latter)");
        }
    }

    private void tryOpen(OfferedNic nic) {
        try {
            nic.open();
            LOG.info("nic={} backend={} ready", nic.record().name(), nic.record().spec().text());
        } catch (BackendException e) {
            // Of an option, the daemon tells it, when it refuses to start.
            if (nic.isKept()) {
                LOG.warn("nic={} failed: {}", nic.record().name(), e.getMessage());
            }
        }
    }

    /** Makes a NIC, kept over restarts. */
    public NicStatus create(String name, NicSpec spec) throws BackendException {
        if (nics.containsKey(name)) {
            throw new BackendException("NIC " + name + " exists already; choose another name");
        }
        checkNew(name, spec);
        NicRecord record = new NicRecord(name, spec, true, now());
        OfferedNic nic = new OfferedNic(record, true, worker, opener, claims);
        nic.open();
        nics.put(name, nic);
        try {
            save();
        } catch (BackendException e) {
            nics.remove(name);
            nic.close();
            throw e;
        }
        LOG.info("nic={} backend={} created", name, spec.text());
        return nic.status();
    }

    private void checkNew(String name, NicSpec spec) throws BackendException {
        if (!DeviceName.isLegal(name)) {
            throw new BackendException(
                    "not a name of a NIC (legal: "
                            + DeviceName.LEGAL
                            + "): '"
                            + DeviceName.printable(name)
                            + "'");
        }
        if (nics.size() >= NICS_MAX) {
            throw new BackendException("there are " + NICS_MAX + " NICs already; remove one");
        }
        checkMac(name, spec);
    }

    private void checkMac(String name, NicSpec spec) throws BackendException {
        long mac = spec.options().mac();
        for (OfferedNic other : nics.values()) {
            NicRecord record = other.record();
            if (mac != 0 && record.spec().options().mac() == mac) {
                throw new BackendException(
                        "NIC "
                                + name
                                + ": MAC "
                                + MacAddress.format(mac)
                                + " belongs to NIC "
                                + record.name()
                                + " already; choose another");
            }
        }
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private void save() throws BackendException {
        store.save(
                nics.values().stream().filter(OfferedNic::isKept).map(OfferedNic::record).toList());
    }

    /**
     * Says whether the guest's link is to be up, also while the NIC is used. Over restarts it is
     * kept for those NICs that are kept.
     */
    public NicStatus setLink(String name, boolean isUp) throws BackendException {
        OfferedNic nic = find(name);
        NicRecord before = nic.record();
        if (before.isLinkUp() != isUp) {
            nic.record(before.withLink(isUp));
            try {
                if (nic.isKept()) {
                    save();
                }
            } catch (BackendException e) {
                nic.record(before);
                throw e;
            }
            nic.applyLink();
            LOG.info("nic={} link={}", name, isUp ? "up" : "down");
        }
        return nic.status();
    }

    @Override
    public void remove(String name) throws BackendException {
        OfferedNic nic = find(name);
        if (nic.claim() != null) {
            throw new BackendException(inUse(nic));
        }
        Reservation reservation = nic.reservation();
        if (reservation != null) {
            throw new BackendException(kept(nic, reservation));
        }
        nics.remove(name);
        try {
            if (nic.isKept()) {
                save();
            }
        } catch (BackendException e) {
            nics.put(name, nic);
            throw e;
        }
        nic.close();
        LOG.info("nic={} removed", name);
    }

    @Override
    public NicStatus retry(String name) throws BackendException {
        OfferedNic nic = find(name);
        if (!nic.failure().isEmpty()) {
            nic.close();
            nic.open();
            LOG.info("nic={} ready again", name);
        }
        return nic.status();
    }

    @Override
    public List<NicStatus> list() {
        return nics.values().stream().map(OfferedNic::status).toList();
    }

    @Override
    public NicStatus show(String name) throws BackendException {
        return find(name).status();
    }

    private OfferedNic find(String name) throws BackendException {
        OfferedNic nic = nics.get(name);
        if (nic == null) {
            throw new BackendException("there is no NIC " + DeviceName.printable(name));
        }
        return nic;
    }

    @Override
    public NicClaim claim(String nicName, String serverName, long serverEpoch)
            throws ClaimRefusedException {
        OfferedNic nic = nics.get(nicName);
        if (nic == null) {
            throw new ClaimRefusedException(
                    "this IOhyp has no NIC "
                            + DeviceName.printable(nicName)
                            + "; make it there with 'vrio nic create'");
        }
        ClaimHolder holder = new ClaimHolder(serverName, serverEpoch, 0, now());
        ClaimedNic present = nic.claim();
        if (present != null) {
            if (!present.holder().isFormerLifeOf(holder)) {
                throw new ClaimRefusedException(inUse(nic));
            }
            LOG.info("nic={} server={} restarted and takes it over", nicName, serverName);
            nic.counters().increment(NicClaimCounter.TAKEOVERS);
            present.revoke();
        }
        checkNotKept(nic, serverName);
        if (!nic.failure().isEmpty()) {
            nic.close();
        }
        try {
            nic.open();
        } catch (BackendException e) {
            throw new ClaimRefusedException("NIC " + nicName + " has failed: " + e.getMessage());
        }
        return nic.claim(holder);
    }

    private static void checkNotKept(OfferedNic nic, String serverName)
            throws ClaimRefusedException {
        Reservation reservation = nic.reservation();
        if (reservation != null && !reservation.serverName().equals(serverName)) {
            throw new ClaimRefusedException(kept(nic, reservation));
        }
    }

    private static String kept(OfferedNic nic, Reservation reservation) {
        return "NIC " + nic.record().name() + " " + reservation.refusal();
    }

    private static String inUse(OfferedNic nic) {
        return "NIC " + nic.record().name() + " " + nic.claim().holder().refusal();
    }

    @Override
    public void onEndpointClose() {
        claims.close();
    }

    /** Takes all NICs from their servers and closes them. */
    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            claims.close();
            nics.values().forEach(OfferedNic::close);
            nics.clear();
        }
    }
}
