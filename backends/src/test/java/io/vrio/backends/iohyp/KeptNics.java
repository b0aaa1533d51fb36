// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.ClockWorker;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicSpec;
import io.vrio.backends.net.VirtualSwitches;
import io.vrio.common.clock.NanoClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A fixture: what is kept of some NICs, all of them ports of switches, over the lives of an IOhyp,
 * and the registry of each life. Whatever it does is the same in every run.
 */
public final class KeptNics {
    /** For how long the next life keeps a NIC for the server that had it. */
    public static final long GRACE_NS = ClaimLedger.GRACE.toNanos();

    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");

    private final MemoryStore<NicRecord> store;
    private final MemoryStore<KeptClaim> claims = new MemoryStore<>(List.of());
    private final NanoClock clock;
    private int lives;

    /**
     * @param specs by name of the NIC, as an operator writes them
     */
    public KeptNics(Map<String, String> specs, NanoClock clock) throws BackendException {
        this.clock = clock;
        List<NicRecord> records = new ArrayList<>();
        for (Map.Entry<String, String> spec : specs.entrySet()) {
            NicSpec parsed = NicSpec.parse(spec.getValue());
            records.add(new NicRecord(spec.getKey(), parsed, true, NOW));
        }
        store = new MemoryStore<>(records);
    }

    /** Begins a life, on the calling thread. */
    public NicRegistry open() throws BackendException {
        return open((name, port) -> port);
    }

    /**
     * Begins a life, on the calling thread.
     *
     * @param front puts something in front of a NIC, by its name
     */
    public NicRegistry open(BiFunction<String, NicBackend, NicBackend> front)
            throws BackendException {
        lives++;
        NicOpener ports = NicOpener.of(new VirtualSwitches("life " + lives));
        NicOpener opener =
                (spec, context) -> front.apply(context.name(), ports.open(spec, context));
        ClaimLedger ledger = new ClaimLedger("NIC", claims, Runnable::run, clock, () -> NOW);
        return new NicRegistry(store, ledger, new ClockWorker(clock), () -> NOW, opener);
    }
}
