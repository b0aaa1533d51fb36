// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.io.BlockDisk;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Offers a disk under every name but those that begin with "no", to anybody. It keeps requests
 * until told to end them, or ends them at once.
 */
final class TestCatalog implements DiskCatalog {
    private final List<Claim> claims = new ArrayList<>();
    private final ArrayDeque<BlockRequest> held = new ArrayDeque<>();
    private DiskProperties properties = DiskProperties.ofCapacity(64 << 20, "test");
    private final ArrayDeque<Answer> waiting = new ArrayDeque<>();
    private boolean isHolding;
    private boolean isAway;
    private long openAtEnd = -1;

    /** Where no request can begin, until a fault is wanted. */
    private long faultyOffset = 3;

    private long incarnation = 1;

    final class Claim implements DiskClaim, BlockDisk, BlockPort {
        private Runnable listener = () -> {};
        private Runnable propertiesListener = () -> {};
        private boolean isClosed;

        @Override
        public BlockDisk disk() {
            return this;
        }

        @Override
        public long incarnation() {
            return incarnation;
        }

        @Override
        public void onRevoke(Runnable newListener) {
            listener = newListener;
        }

        @Override
        public DiskProperties properties() {
            return properties;
        }

        @Override
        public BlockPort port() {
            return this;
        }

        @Override
        public void onPropertiesChange(Runnable newListener) {
            propertiesListener = newListener;
        }

        @Override
        public void submit(BlockRequest request) {
            if (request.offset() == faultyOffset) {
                throw new IllegalStateException("a fault");
            }
            if (isHolding) {
                held.add(request);
            } else {
                request.complete(IoStatus.OK);
            }
        }

        @Override
        public void abandonRequests() {
            endHeld(IoStatus.IO_ERROR);
        }

        @Override
        public void close() {
            isClosed = true;
        }

        void revoke() {
            listener.run();
        }

        boolean isClosed() {
            return isClosed;
        }
    }

    @Override
    public void claim(String diskName, Claimant claimant, Answer answer) {
        if (isAway) {
            waiting.add(answer);
        } else if (diskName.startsWith("no")) {
            answer.onRefused("there is no disk " + diskName);
        } else {
            answer.onClaimed(newClaim());
        }
    }

    private Claim newClaim() {
        Claim claim = new Claim();
        claims.add(claim);
        return claim;
    }

    /** From now on claims wait until they are answered by {@link #claimWaiting} and its like. */
    void goAway() {
        isAway = true;
    }

    int waiting() {
        return waiting.size();
    }

    void claimWaiting() {
        while (!waiting.isEmpty()) {
            waiting.removeFirst().onClaimed(newClaim());
        }
    }

    void refuseWaiting(String reason) {
        while (!waiting.isEmpty()) {
            waiting.removeFirst().onRefused(reason);
        }
    }

    @Override
    public void onEndpointClose() {
        openAtEnd = claims.stream().filter(claim -> !claim.isClosed).count();
    }

    /** How many claims were open when the endpoint closed; -1 before. */
    long openAtEnd() {
        return openAtEnd;
    }

    List<Claim> claims() {
        return claims;
    }

    /** From now on there is a fault of the program in what begins at this offset. */
    void failAt(long offset) {
        faultyOffset = offset;
    }

    void hold() {
        isHolding = true;
    }

    /** The requests that were submitted and have not ended. */
    ArrayDeque<BlockRequest> held() {
        return held;
    }

    void endHeld(IoStatus status) {
        while (!held.isEmpty()) {
            held.removeFirst().complete(status);
        }
    }

    void resize(long capacity) {
        properties = properties.withCapacity(capacity);
        claims.forEach(claim -> claim.propertiesListener.run());
    }
}
