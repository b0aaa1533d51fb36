// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.FrameHeader;
import io.vrio.transport.wire.IpAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP port of its IOhyp that a server goes to: the configured one, or where the IOhyp has sent
 * it, until that association is lost. One worker.
 */
final class PeerPort {
    /**
     * Limit: so often in {@link #INTERVAL_NS} a server goes where it is sent; then it stays where
     * it is. Of an IOhyp in order, greeting and first NIC may each send it on, and load now and
     * then.
     */
    static final int REDIRECTS_MAX = 4;

    static final long INTERVAL_NS = 10_000_000_000L;

    /** Limit: so long another port has to answer, which a firewall may not let through. */
    static final long ANSWER_NS = 500_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(PeerPort.class);

    private final IpAddress address;
    private final int configured;
    private int present;
    private int redirects;
    private long sinceNs;
    private final LogLimit logLimit = new LogLimit();

    PeerPort(IpAddress address, int configured) {
        this.address = address;
        this.configured = configured;
        present = configured;
    }

    int number() {
        return present;
    }

    /** The IOhyp, as an operator writes it. */
    String address() {
        return Endpoint.format(address, present);
    }

    /** Whether it has been sent there and nobody has answered for too long. */
    boolean isInVain(long sinceNs, long nowNs) {
        return present != configured && nowNs - sinceNs >= ANSWER_NS;
    }

    boolean isSender(FrameHeader header) {
        return header.isFrom(address, present);
    }

    /**
     * The peer says to go to another port.
     *
     * @return false when it stays as it is: it is there already, or was sent too often lately
     */
    boolean redirect(int newPort, long nowNs) {
        if (newPort == present) {
            return false;
        }
        if (redirects == 0 || nowNs - sinceNs >= INTERVAL_NS) {
            redirects = 0;
            sinceNs = nowNs;
        }
        if (redirects == REDIRECTS_MAX) {
            if (logLimit.mayLog(address, nowNs)) {
                LOG.warn("peer={} redirects too often: staying there", address());
            }
            return false;
        }
        redirects++;
        LOG.info("peer={} redirects to port {}", address(), newPort);
        present = newPort;
        return true;
    }

    /** The association, or the attempt, has failed: the configured port knows what to do. */
    void onLoss() {
        present = configured;
    }
}
