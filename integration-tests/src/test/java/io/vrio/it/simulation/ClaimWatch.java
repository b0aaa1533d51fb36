// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.io.BlockDisk;
import io.vrio.transport.remote.Claimant;
import io.vrio.transport.remote.DiskCatalog;
import io.vrio.transport.remote.DiskClaim;
import java.util.HashMap;
import java.util.Map;

/**
 * Stands before the registries of an IOhyp's process: no claim is taken away for an older one of
 * the same server.
 */
final class ClaimWatch {
    private final Map<String, Watched> last = new HashMap<>();

    /** The disks as one worker has them. */
    DiskCatalog watch(DiskCatalog registry) {
        return new DiskCatalog() {
            @Override
            public void claim(String diskName, Claimant claimant, Answer answer) {
                registry.claim(diskName, claimant, new WatchedAnswer(diskName, claimant, answer));
            }

            @Override
            public void onEndpointClose() {
                registry.onEndpointClose();
            }
        };
    }

    private final class WatchedAnswer implements DiskCatalog.Answer {
        private final String diskName;
        private final Claimant claimant;
        private final DiskCatalog.Answer answer;

        WatchedAnswer(String diskName, Claimant claimant, DiskCatalog.Answer answer) {
            this.diskName = diskName;
            this.claimant = claimant;
            this.answer = answer;
        }

        @Override
        public void onClaimed(DiskClaim claim) {
            Watched granted = new Watched(claim, claimant);
            Watched before = last.put(diskName, granted);
            if (before != null && before.isLostTo(granted)) {
                throw new AssertionError(
                        diskName + " was taken from " + before + " for " + granted);
            }
            answer.onClaimed(granted);
        }

        @Override
        public void onRefused(String reason) {
            answer.onRefused(reason);
        }
    }

    private static final class Watched implements DiskClaim {
        private final DiskClaim claim;
        private final Claimant claimant;

        /** Whether its owner has given it back. */
        private boolean isReturned;

        private boolean isRevoked;

        Watched(DiskClaim claim, Claimant claimant) {
            this.claim = claim;
            this.claimant = claimant;
        }

        boolean isLostTo(Watched later) {
            return claimant.serverEpoch() == later.claimant.serverEpoch()
                    && claimant.number() >= later.claimant.number()
                    && !isReturned;
        }

        @Override
        public BlockDisk disk() {
            return claim.disk();
        }

        @Override
        public long incarnation() {
            return claim.incarnation();
        }

        @Override
        public void onRevoke(Runnable listener) {
            claim.onRevoke(
                    () -> {
                        isRevoked = true;
                        listener.run();
                    });
        }

        @Override
        public void close() {
            isReturned |= !isRevoked;
            claim.close();
        }

        @Override
        public String toString() {
            return claimant.toString();
        }
    }
}
