// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.io.BlockRequestKind;
import java.util.List;

/**
 * A server that uses a disk and a NIC of an IOhyp which sends what the input says. Each request
 * ends once, and the server begins anew with the next IOhyp.
 */
public final class ServerTarget implements FuzzTarget {
    private static final int REQUESTS = 3;

    private final PeerFixture fixture = new PeerFixture();
    private final FrameScript script = new FrameScript(fixture.iohyp);
    private final RemoteDisk disk = fixture.peer.openDisk("disk");
    private final RemoteNic nic = fixture.peer.openNic("nic");

    @Override
    public List<byte[]> seeds() {
        return FrameScript.seeds();
    }

    @Override
    public void run(byte[] input) {
        meet();
        for (int i = 0; i < REQUESTS; i++) {
            fixture.submit(disk, BlockRequestKind.READ, 512L * i);
        }
        script.play(new FuzzInput(input), this::step);
        fixture.peer.reset("the input is over");
        disk.abandonRequests();
        check();
        fixture.ended.clear();
        fixture.iohyp.lose();
        fixture.iohyp.forgetFrames();
    }

    private void meet() {
        for (int i = 0; i < 20 && !fixture.isWanted(); i++) {
            fixture.clock.advance(PeerProgress.REFUSED_RETRY_NS);
            fixture.exchange();
        }
        fixture.establish();
        fixture.attach(disk.flow(), 1);
        fixture.iohyp.control(
                "{\"type\":\"nic-attached\",\"flow\":"
                        + nic.flow()
                        + ",\"properties\":{\"mac\":0,\"mtu\":1500,\"isLinkUp\":true,"
                        + "\"broadcastDomain\":\"\"}}");
        fixture.exchange();
        if (fixture.state() != PeerState.ESTABLISHED) {
            throw new IllegalStateException("not established: " + fixture.reason());
        }
    }

    private void step() {
        fixture.clock.advance(10_000);
        fixture.exchange();
    }

    private void check() {
        boolean isFault = String.valueOf(fixture.reason()).contains("fault of this program");
        int ended = fixture.ended.size();
        int free = fixture.buffers.available();
        if (isFault || ended != REQUESTS || free != PeerFixture.BUFFERS) {
            throw new IllegalStateException(
                    "%s; %d requests ended, free buffers %d of %d"
                            .formatted(fixture.reason(), ended, free, PeerFixture.BUFFERS));
        }
    }

    @Override
    public void close() {
        nic.close();
        fixture.close();
    }
}
