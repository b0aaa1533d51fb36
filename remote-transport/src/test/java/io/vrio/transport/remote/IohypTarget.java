// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.common.fuzz.FuzzInput;
import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.common.io.IoStatus;
import java.util.List;

/**
 * An IOhyp and a server that has been let in, has a disk and a NIC, and sends what the input says.
 * Nothing of it is left when it has gone, and another server is served after it.
 */
public final class IohypTarget implements FuzzTarget {
    private static final int PORT = 50_000;

    private final EndpointFixture fixture = new EndpointFixture();
    private final RawEnd attacker = fixture.server(PORT);
    private final FrameScript script = new FrameScript(attacker);
    private int sequence;

    @Override
    public List<byte[]> seeds() {
        return FrameScript.seeds();
    }

    @Override
    public void run(byte[] input) {
        letIn();
        script.play(new FuzzInput(input), this::step);
        fixture.catalog.endHeld(IoStatus.OK);
        leave();
        fixture.checkClean(0);
        attacker.forgetFrames();
        fixture.catalog.claims().clear();
    }

    private void letIn() {
        sequence += 7919;
        attacker.sendSyn(sequence);
        fixture.exchange(attacker);
        attacker.begin().addControl(EndpointFixture.hello("attacker", 1)).send();
        fixture.exchange(attacker);
        attacker.control("{\"type\":\"attach\",\"flow\":1,\"disk\":\"disk\"}");
        attacker.control("{\"type\":\"attach-nic\",\"flow\":2,\"nic\":\"nic\"}");
        fixture.exchange(attacker);
    }

    private void step() {
        fixture.clock.advance(10_000);
        fixture.exchange(attacker);
    }

    /** It may have been sent away already. */
    private void leave() {
        attacker.sendRst();
        fixture.exchange(attacker);
        if (!fixture.endpoint.peers().isEmpty()) {
            // An RST that is not where it should be is not believed; silence is.
            fixture.clock.advance(EndpointFixture.TIMEOUT_NS);
            fixture.exchange(attacker);
            fixture.clock.advance(500 * EndpointFixture.MS);
            fixture.exchange(attacker);
        }
    }

    @Override
    public void close() {
        attacker.close();
        fixture.close();
    }
}
