// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicContext;
import io.vrio.backends.net.NicOptions;
import io.vrio.backends.net.NicWorker;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.remote.ClaimRefusedException;
import java.util.LinkedHashMap;
import java.util.Map;

/** One NIC of the registry: its record, its backend while that is open, and its claim. Worker. */
final class OfferedNic implements AutoCloseable {
    private final boolean isKept;
    private final NicWorker worker;
    private final NicOpener opener;
    private final ClaimLedger claims;
    private final Counters<NicClaimCounter> counters = new Counters<>(NicClaimCounter.class);
    private NicRecord record;
    private NicBackend backend;
    private String failure = "not opened yet";
    private ClaimedNic claim;

    OfferedNic(
            NicRecord record,
            boolean isKept,
            NicWorker worker,
            NicOpener opener,
            ClaimLedger claims) {
        this.record = record;
        this.isKept = isKept;
        this.worker = worker;
        this.opener = opener;
        this.claims = claims;
    }

    /** Opens the backend unless it is open; remembers why when that fails. */
    void open() throws BackendException {
        if (backend != null) {
            return;
        }
        try {
            backend = opener.open(record.spec(), new NicContext(record.name(), worker));
            failure = "";
        } catch (BackendException e) {
            failure = e.getMessage();
            throw e;
        }
        applyLink();
        backend.onPropertiesChange(this::onPropertiesChange);
    }

    private void onPropertiesChange() {
        if (claim != null) {
            claim.tellPropertiesChange();
        }
    }

    NicRecord record() {
        return record;
    }

    void record(NicRecord changed) {
        record = changed;
    }

    /** Lets the guest's link be as the record says. */
    void applyLink() {
        if (backend != null) {
            backend.setLink(record.isLinkUp());
        }
    }

    boolean isKept() {
        return isKept;
    }

    /** Null while it is not open. */
    NicBackend backend() {
        return backend;
    }

    /** Null while nobody has it. */
    ClaimedNic claim() {
        return claim;
    }

    Counters<NicClaimCounter> counters() {
        return counters;
    }

    /** For whom it is kept while nobody has it, or null. */
    Reservation reservation() {
        return claims.reservation(record.name());
    }

    ClaimedNic claim(ClaimHolder holder) throws ClaimRefusedException {
        claims.begin(record.name(), holder.serverName());
        counters.increment(NicClaimCounter.CLAIMS);
        claim = new ClaimedNic(this, holder);
        return claim;
    }

    void onClaimEnd(ClaimedNic ended) {
        if (claim == ended) {
            claim = null;
            claims.end(record.name());
        }
    }

    /** Why it cannot be used, or empty. */
    String failure() {
        String ofBackend = backend == null ? null : backend.failure();
        return ofBackend == null ? failure : ofBackend;
    }

    NicStatus status() {
        Reservation reservation = reservation();
        return new NicStatus(
                record.name(),
                record.spec().text(),
                properties(),
                record.isLinkUp(),
                failure().isEmpty() ? NicState.READY : NicState.FAILED,
                failure(),
                claim == null ? "" : claim.holder().serverName(),
                claim == null ? "" : claim.holder().since().toString(),
                reservation == null ? "" : reservation.serverName(),
                reservation == null ? "" : reservation.until().toString(),
                isKept,
                allCounters());
    }

    private NicProperties properties() {
        if (backend != null) {
            return backend.properties();
        }
        NicOptions options = record.spec().options();
        int mtu = options.mtu() == 0 ? NicProperties.MTU_DEFAULT : options.mtu();
        return new NicProperties(options.mac(), mtu, false, "");
    }

    private Map<String, Long> allCounters() {
        Map<String, Long> all = new LinkedHashMap<>(counters.snapshot());
        if (backend != null) {
            all.putAll(backend.counters());
        }
        return all;
    }

    /** Takes the NIC from whoever has it and closes the backend; it can be opened again. */
    @Override
    public void close() {
        if (claim != null) {
            claim.revoke();
        }
        if (backend != null) {
            backend.close();
            backend = null;
            failure = "closed";
        }
    }
}
