// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.wire.Endpoint;
import io.vrio.transport.wire.IpAddress;
import java.util.Optional;

/**
 * How a server meets its IOhyp.
 *
 * @param serverName 1-64 characters; disks are claimed under this name
 * @param serverEpoch random number of this process
 * @param remoteAddress of the IOhyp
 * @param remotePort its TCP port
 * @param mtuMax IP MTU, bytes; the interface's and the peer's may be smaller
 * @param peerTimeoutNs a peer that is silent for so long is dead
 * @param ioTimeoutNs a request that the peer's absence delays for so long fails
 * @param key shared with the IOhyp; empty on a trusted network
 * @param keyLimits how long the keys are used that are agreed on
 * @param worker index of the worker that this association is of, 0-255
 * @param claims of the process, shared by all its associations
 */
public record PeerOptions(
        String serverName,
        long serverEpoch,
        IpAddress remoteAddress,
        int remotePort,
        int mtuMax,
        long peerTimeoutNs,
        long ioTimeoutNs,
        Optional<PresharedKey> key,
        KeyLimits keyLimits,
        int worker,
        ClaimNumbers claims) {
    /** The first worker of a process. */
    public PeerOptions(
            String serverName,
            long serverEpoch,
            IpAddress remoteAddress,
            int remotePort,
            int mtuMax,
            long peerTimeoutNs,
            long ioTimeoutNs,
            Optional<PresharedKey> key,
            KeyLimits keyLimits) {
        this(
                serverName,
                serverEpoch,
                remoteAddress,
                remotePort,
                mtuMax,
                peerTimeoutNs,
                ioTimeoutNs,
                key,
                keyLimits,
                0,
                new ClaimNumbers());
    }

    /** Keys are used as long as they usually are. */
    public PeerOptions(
            String serverName,
            long serverEpoch,
            IpAddress remoteAddress,
            int remotePort,
            int mtuMax,
            long peerTimeoutNs,
            long ioTimeoutNs,
            Optional<PresharedKey> key) {
        this(
                serverName,
                serverEpoch,
                remoteAddress,
                remotePort,
                mtuMax,
                peerTimeoutNs,
                ioTimeoutNs,
                key,
                KeyLimits.DEFAULT);
    }

    /** The same of another worker of the process. */
    public PeerOptions forWorker(int index) {
        return new PeerOptions(
                serverName,
                serverEpoch,
                remoteAddress,
                remotePort,
                mtuMax,
                peerTimeoutNs,
                ioTimeoutNs,
                key,
                keyLimits,
                index,
                claims);
    }

    /** The IOhyp, as an operator writes it. */
    String address() {
        return Endpoint.format(remoteAddress, remotePort);
    }
}
