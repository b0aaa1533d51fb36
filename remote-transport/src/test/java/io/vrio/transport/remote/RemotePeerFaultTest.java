// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vrio.common.clock.ManualClock;
import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.transport.link.MemoryLink;
import io.vrio.transport.link.MemoryLink.Segmentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fault of this program while one guest is served: the guests beside it go on. */
@Timeout(60)
final class RemotePeerFaultTest {
    private static final long STEP_NS = 1_000_000;

    private final ManualClock clock = new ManualClock(1_000_000_000L);
    private final SimulatedDisk disk = new SimulatedDisk(1 << 20, clock, 0, 1);
    private final SimulatedNetwork network =
            new SimulatedNetwork(
                    clock, new MemoryLink.Options(1500, Segmentation.CUT, 4096), disk, 1);
    private final RemoteDisk remote = network.peer().openDisk("disk");
    private IoStatus status;

    @AfterEach
    void close() {
        network.close();
    }

    private void flush(BlockCompletion owner) {
        BlockRequest request = new BlockRequest();
        request.begin(BlockRequestKind.FLUSH, 0, 0, owner);
        remote.submit(request);
    }

    @Test
    void shouldServeOthersAfterAFaultWithOneRequest() {
        flush(
                (request, end) -> {
                    throw new IllegalStateException("a fault");
                });
        flush((request, end) -> status = end);
        for (int i = 0; i < 2000; i++) {
            network.step(STEP_NS);
        }
        assertEquals(IoStatus.OK, status);
        assertEquals(PeerState.ESTABLISHED, network.peer().status().state());
    }
}
