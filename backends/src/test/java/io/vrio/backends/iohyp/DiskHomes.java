// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.remote.Claimant;
import io.vrio.transport.remote.DiskCatalog;
import io.vrio.transport.remote.DiskClaim;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A fixture: the disks of an I/O host on workers without threads. */
final class DiskHomes implements AutoCloseable {
    private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");

    final List<HandWorker> workers = new ArrayList<>();
    final List<DiskRegistry> registries = new ArrayList<>();
    final MemoryStore<DiskRecord> records = new MemoryStore<>(List.of());
    final MemoryStore<KeptClaim> kept = new MemoryStore<>(List.of());
    private final List<HomedDisk> opened = new ArrayList<>();

    /** The worker that submits a request now; null when none does. */
    private HandWorker acting;

    DiskHomes(int count) throws BackendException {
        HandWorker first = new HandWorker();
        ClaimLedger ledger = new ClaimLedger("disk", kept, first::execute, () -> 0, () -> NOW);
        workers.add(first);
        registries.add(new DiskRegistry(records, ledger, first, () -> NOW, this::open));
        for (int i = 1; i < count; i++) {
            HandWorker worker = new HandWorker();
            workers.add(worker);
            registries.add(registries.get(0).beside(worker));
        }
    }

    private BackendDisk open(BackendSpec spec, DiskContext context) {
        HomedDisk disk = new HomedDisk(context.worker(), () -> acting);
        opened.add(disk);
        return disk;
    }

    /** Those that were opened and not closed again. */
    List<HomedDisk> disks() {
        return opened.stream().filter(disk -> !disk.isClosed()).toList();
    }

    BackendSpec specification() throws BackendException {
        return BackendSpec.parse("null:1M");
    }

    void create(String name) throws BackendException {
        registries.get(0).create(name, specification());
    }

    /** All workers do all they were told, taking turns. */
    void settle() {
        while (workers.stream().anyMatch(worker -> !worker.isIdle())) {
            workers.forEach(HandWorker::runOne);
        }
    }

    /** A claim and what has become of it. */
    final class Claim implements DiskCatalog.Answer {
        final int worker;
        final Claimant claimant;
        DiskClaim claim;
        String refusal;
        boolean isRevoked;
        boolean isClosed;
        int answers;
        int begun;
        int ended;
        int errors;

        Claim(int worker, Claimant claimant) {
            this.worker = worker;
            this.claimant = claimant;
        }

        @Override
        public void onClaimed(DiskClaim got) {
            answers++;
            claim = got;
            claim.onRevoke(() -> isRevoked = true);
        }

        @Override
        public void onRefused(String reason) {
            answers++;
            refusal = reason;
        }

        /** Whether it has the disk now. */
        boolean isHeld() {
            return claim != null && !isRevoked && !isClosed;
        }

        void write() {
            begun++;
            BlockRequest request = new BlockRequest();
            request.begin(
                    BlockRequestKind.FLUSH,
                    0,
                    0,
                    (ignored, status) -> {
                        ended++;
                        errors += status == IoStatus.OK ? 0 : 1;
                    });
            acting = workers.get(worker);
            claim.disk().port().submit(request);
            acting = null;
        }

        void close() {
            isClosed = true;
            claim.close();
        }
    }

    Claim claim(int worker, String disk, String server, long epoch, long number) {
        Claim claim = new Claim(worker, new Claimant(server, epoch, number));
        registries.get(worker).claim(disk, claim.claimant, claim);
        return claim;
    }

    @Override
    public void close() {
        registries.forEach(DiskRegistry::close);
    }
}
