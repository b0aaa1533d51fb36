// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which server has which device of one kind, remembered over restarts of the IOhyp. After a start
 * each device is reserved for the server that had it, for a grace time: whoever asks first must not
 * get a disk that a guest elsewhere goes on using. Control path; any thread.
 */
final class ClaimLedger {
    /** Long enough for a server to come back: it tries once a second at least. */
    static final Duration GRACE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ClaimLedger.class);

    private final String kind;
    private final RecordStore<KeptClaim> store;
    private final Consumer<Runnable> worker;
    private final NanoClock clock;
    private final long graceEndNs;
    private final Instant graceEnd;

    /** From the name of a device to that of the server. */
    private final Map<String, String> claimed = new TreeMap<>();

    /** Likewise; never one that is claimed. */
    private final Map<String, String> reserved;

    /** What the store surely holds. */
    private Map<String, String> saved;

    private String lastFailure = "";
    private boolean isSavePending;
    private boolean isClosed;

    /**
     * Begins the grace time. Where the store cannot be read, nothing is reserved.
     *
     * @param kind of device, in the singular
     * @param worker runs a command later, on the worker
     * @param clock measures the grace time: the time of day may be set just after a boot
     * @param timeOfDay for what people read
     */
    ClaimLedger(
            String kind,
            RecordStore<KeptClaim> store,
            Consumer<Runnable> worker,
            NanoClock clock,
            InstantSource timeOfDay) {
        this.kind = kind;
        this.store = store;
        this.worker = worker;
        this.clock = clock;
        graceEndNs = clock.nanoTime() + GRACE.toNanos();
        // Rounded up, so that who comes then is not too early.
        graceEnd =
                timeOfDay
                        .instant()
                        .plus(GRACE)
                        .plusNanos(999_999_999)
                        .truncatedTo(ChronoUnit.SECONDS);
        reserved = load();
        saved = Map.copyOf(reserved);
    }

    /** Those of the state directory. */
    static ClaimLedger open(
            StateFolder folder, ClaimFormat format, Consumer<Runnable> worker, NanoClock clock) {
        return new ClaimLedger(
                format.device(),
                new KeptRecords<>(new StateFile<>(folder, format)),
                worker,
                clock,
                InstantSource.system());
    }

    private Map<String, String> load() {
        Map<String, String> claims = new TreeMap<>();
        try {
            store.load().forEach(claim -> claims.put(claim.device(), claim.serverName()));
            if (!claims.isEmpty()) {
                LOG.info("kind={} reserved={} for the servers that had them", kind, claims.size());
            }
        } catch (BackendException e) {
            LOG.warn(
                    "kind={} reserved=0: who had which device is not known, and the first server"
                            + " that asks gets it: {}",
                    kind,
                    e.getMessage());
        }
        return claims;
    }

    /** For whom a device that nobody has is kept, or null. */
    synchronized Reservation reservation(String device) {
        endGrace();
        String serverName = reserved.get(device);
        return serverName == null ? null : new Reservation(serverName, graceEnd);
    }

    private void endGrace() {
        if (graceEndNs - clock.nanoTime() <= 0) {
            reserved.clear();
        }
    }

    /**
     * A server gets a device. When this returns, that is remembered durably.
     *
     * @throws ClaimRefusedException when it cannot be: after a restart another server could get the
     *     device, or an earlier holder that the store still names
     */
    synchronized void begin(String device, String serverName) throws ClaimRefusedException {
        String keptFor = reserved.remove(device);
        claimed.put(device, serverName);
        if (serverName.equals(saved.get(device))) {
            return;
        }
        if (!save()) {
            claimed.remove(device);
            if (keptFor != null) {
                reserved.put(device, keptFor);
            }
            throw new ClaimRefusedException(
                    "this IOhyp cannot remember who has "
                            + kind
                            + " "
                            + device
                            + ": "
                            + lastFailure
                            + "; see to its state directory");
        }
    }

    /**
     * A server has a device no longer. Written soon, in one go with others: a server with many
     * devices may give them back at once, and what is forgotten too late hurts nobody.
     */
    synchronized void end(String device) {
        if (isClosed) {
            return;
        }
        claimed.remove(device);
        if (!isSavePending) {
            isSavePending = true;
            worker.accept(this::saveChanges);
        }
    }

    /** From now on claims end because the IOhyp does: their devices will be reserved. */
    synchronized void close() {
        if (!isClosed) {
            saveChanges();
            isClosed = true;
        }
    }

    private synchronized void saveChanges() {
        isSavePending = false;
        if (!isClosed && !all().equals(saved)) {
            save();
        }
    }

    private Map<String, String> all() {
        endGrace();
        Map<String, String> all = new TreeMap<>(reserved);
        all.putAll(claimed);
        return all;
    }

    private boolean save() {
        Map<String, String> all = all();
        try {
            store.save(records(all));
            saved = all;
            lastFailure = "";
            return true;
        } catch (BackendException e) {
            // Either is possible, the old claims or the new ones: the next change is written
            // anyway.
            saved = Map.of();
            if (!lastFailure.equals(e.getMessage())) {
                LOG.error("kind={} claims cannot be remembered: {}", kind, e.getMessage());
            }
            lastFailure = e.getMessage();
            return false;
        }
    }

    private static List<KeptClaim> records(Map<String, String> claims) {
        return claims.entrySet().stream()
                .map(claim -> new KeptClaim(claim.getKey(), claim.getValue()))
                .toList();
    }
}
