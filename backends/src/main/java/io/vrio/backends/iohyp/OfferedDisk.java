// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.counter.Counters;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.remote.ClaimRefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** One disk of the registry: its record, its backend while that is open, and its claim. Worker. */
final class OfferedDisk implements AutoCloseable {
    private final boolean isKept;
    private final String serialSeed;
    private final BackendOpener opener;
    private final ClaimLedger claims;
    private final Counters<DiskCounter> counters = new Counters<>(DiskCounter.class);
    private DiskWorker worker;
    private DiskRecord record;
    private BackendDisk backend;
    private String failure = "not opened yet";
    private ClaimedDisk claim;
    private int underWayCount;
    private int lossCount;

    /** What happens once nothing is under way, when it is to go to another worker; else null. */
    private Runnable departure;

    /**
     * @param serialSeed see {@link DiskContext}
     */
    OfferedDisk(
            DiskRecord record,
            boolean isKept,
            String serialSeed,
            DiskWorker worker,
            BackendOpener opener,
            ClaimLedger claims) {
        this.record = record;
        this.isKept = isKept;
        this.serialSeed = serialSeed;
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
            DiskContext context = new DiskContext(record.name(), serialSeed, worker);
            BackendDisk opened = opener.open(record.spec(), context);
            checkKeptCapacity(opened);
            backend = opened;
            record = record.withCapacity(opened.properties().capacity());
            backend.onPropertiesChange(this::onPropertiesChange);
            failure = "";
        } catch (BackendException e) {
            failure = e.getMessage();
            throw e;
        }
    }

    private void checkKeptCapacity(BackendDisk opened) throws BackendException {
        long capacity = opened.properties().capacity();
        if (capacity < record.capacity()) {
            opened.close();
            throw new BackendException(
                    record.spec().text()
                            + " has "
                            + capacity
                            + " bytes, disk "
                            + record.name()
                            + " had "
                            + record.capacity()
                            + "; restore it, or remove the disk and create it again");
        }
    }

    private void onPropertiesChange() {
        if (claim != null) {
            claim.tellPropertiesChange();
        }
    }

    DiskRecord record() {
        return record;
    }

    void record(DiskRecord changed) {
        record = changed;
    }

    boolean isKept() {
        return isKept;
    }

    /** Null while it is not open. */
    BackendDisk backend() {
        return backend;
    }

    /** Null while nobody has it. */
    ClaimedDisk claim() {
        return claim;
    }

    Counters<DiskCounter> counters() {
        return counters;
    }

    int underWayCount() {
        return underWayCount;
    }

    /** For whom it is kept while nobody has it, or null. */
    Reservation reservation() {
        return claims.reservation(record.name());
    }

    ClaimedDisk claim(ClaimHolder holder) throws ClaimRefusedException {
        claims.begin(record.name(), holder.serverName());
        counters.increment(DiskCounter.CLAIMS);
        claim = new ClaimedDisk(this, holder);
        return claim;
    }

    void onClaimEnd(ClaimedDisk ended) {
        if (claim == ended) {
            claim = null;
            claims.end(record.name());
        }
    }

    void onBegin() {
        underWayCount++;
    }

    void onEnd(BlockRequest request, IoStatus status) {
        underWayCount--;
        if (status != IoStatus.OK) {
            counters.increment(DiskCounter.ERRORS);
            return;
        }
        switch (request.kind()) {
            case READ -> {
                counters.increment(DiskCounter.READS);
                counters.add(DiskCounter.READ_BYTES, request.length());
            }
            case WRITE -> {
                counters.increment(DiskCounter.WRITES);
                counters.add(DiskCounter.WRITTEN_BYTES, request.length());
            }
            case FLUSH -> counters.increment(DiskCounter.FLUSHES);
            case DISCARD -> counters.increment(DiskCounter.DISCARDS);
            case WRITE_ZEROES -> counters.increment(DiskCounter.ZEROES);
            case GET_ID -> {}
        }
    }

    /** Lets what waits for it begin once nothing of earlier claims is under way. */
    void releaseFence() {
        if (underWayCount > 0) {
            return;
        }
        if (claim != null) {
            claim.release();
        } else if (departure != null) {
            // Soon: who has ended the last request may not be done with the disk itself.
            worker.execute(departure);
        }
    }

    /** Nobody has it, or gets it here any more. */
    void leave(Runnable newDeparture) {
        departure = newDeparture;
        releaseFence();
    }

    boolean isLeaving() {
        return departure != null;
    }

    /** It stays after all. */
    void stay() {
        departure = null;
    }

    /** It has come to another worker, on whose thread this is. */
    void arrive(DiskWorker newWorker) {
        departure = null;
        worker = newWorker;
        if (backend != null) {
            backend.moveTo(newWorker);
        }
    }

    /**
     * A number that stays the same as long as writes that have ended are still there, over restarts
     * of this process; another one when unflushed ones may have been lost.
     */
    long incarnation() {
        String lives = record.id() + " " + backend.identity() + " " + lossCount;
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] hash = digest.digest(lives.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Why it cannot be used, or empty. */
    String failure() {
        String ofBackend = backend == null ? null : backend.failure();
        return ofBackend == null ? failure : ofBackend;
    }

    DiskStatus status() {
        Reservation reservation = reservation();
        boolean isOpen = backend != null;
        DiskProperties properties =
                isOpen ? backend.properties() : DiskProperties.ofCapacity(record.capacity(), "");
        return new DiskStatus(
                record.name(),
                record.spec().text(),
                properties.capacity(),
                isOpen ? backend.allocatedLength() : 0,
                properties.logicalBlockSize(),
                record.spec().options().isReadOnly(),
                properties.serial(),
                failure().isEmpty() ? DiskState.READY : DiskState.FAILED,
                failure(),
                claim == null ? "" : claim.holder().serverName(),
                claim == null ? "" : claim.holder().since().toString(),
                reservation == null ? "" : reservation.serverName(),
                reservation == null ? "" : reservation.until().toString(),
                underWayCount,
                isKept,
                counters.snapshot());
    }

    /** Takes the disk from whoever has it and closes the backend; it can be opened again. */
    @Override
    public void close() {
        if (claim != null) {
            claim.revoke();
        }
        if (backend != null) {
            backend.abandonRequests();
            lossCount += backend.failure() == null ? 0 : 1;
            backend.close();
            backend = null;
            failure = "closed";
        }
    }
}
