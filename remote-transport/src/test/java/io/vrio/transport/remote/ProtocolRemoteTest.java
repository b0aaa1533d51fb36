// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.NetFrame;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.flow.FrameFlow;
import io.vrio.transport.wire.IpVersion;
import org.junit.jupiter.api.Test;

/** The numbers of {@code docs/protocol.md} that this package keeps. */
final class ProtocolRemoteTest {
    @Test
    void shouldKeepTheDocumentedLimits() {
        assertEquals(ProtocolDocument.limit("segments of a message"), InboundRequest.SEGMENTS_MAX);
        assertEquals(ProtocolDocument.limit("messages received in part"), DiskService.PARTIALS_MAX);
        assertEquals(
                ProtocolDocument.limit("requests of a disk under way"), DiskService.REQUESTS_MAX);
        assertEquals(ProtocolDocument.limit("disks of a server"), ServedDisks.DISKS_MAX);
        assertEquals(ProtocolDocument.limit("NICs of a server"), ServedPeer.NICS_MAX);
        assertEquals(ProtocolDocument.limit("frame of a NIC"), NetFrame.LENGTH_MAX);
        assertEquals(
                ProtocolDocument.limit("super-frames of a NIC's frame"), FrameMessage.PARTS_MAX);
        assertEquals(
                ProtocolDocument.limit("messages of frames of a flow not taken"),
                FrameFlow.UNTAKEN_MAX);
        assertEquals(
                ProtocolDocument.limit("messages of frames that wait for a guest or a backend"),
                FrameReceiver.BACKLOG_MAX);
        assertEquals(ProtocolDocument.limit("servers of an IOhyp"), PeerList.PEERS_MAX);
        assertEquals(
                ProtocolDocument.limit("associations of one host"), PeerList.PEERS_OF_HOST_MAX);
        assertEquals(
                ProtocolDocument.limit("associations of one /64 of IPv6"),
                PeerList.PEERS_OF_NETWORK_MAX);
        assertEquals(
                ProtocolDocument.limit("control messages not acknowledged"),
                ControlChannel.UNDER_WAY_MAX);
        assertEquals(ProtocolDocument.limit("smallest MTU over IPv4"), IpVersion.V4.mtuMin());
        assertEquals(ProtocolDocument.limit("smallest MTU over IPv6"), IpVersion.V6.mtuMin());
        assertEquals(ProtocolDocument.limit("resets in 100 ms"), StrangerReplies.RSTS_MAX);
    }

    @Test
    void shouldKeepTheDocumentedTimes() {
        long ms = 1_000_000;
        assertTrue(
                ProtocolDocument.says(
                        "repeats its SYN after " + PeerOpening.SYN_INTERVAL_NS / ms + " ms"));
        assertTrue(
                ProtocolDocument.says(
                        "waits "
                                + PeerProgress.RETRY_MIN_NS / ms
                                + " ms, doubling to "
                                + PeerProgress.RETRY_MAX_NS / (1000 * ms)
                                + " s"));
        assertTrue(
                ProtocolDocument.says(
                        "asks again after " + PeerProgress.REFUSED_RETRY_NS / (1000 * ms) + " s"));
        assertTrue(
                ProtocolDocument.says(
                        "asks again every " + RemotePeer.ATTACH_INTERVAL_NS / ms + " ms"));
        assertTrue(
                ProtocolDocument.says(
                        "sent nothing for " + KeepAlive.INTERVAL_NS / (1000 * ms) + " s"));
    }
}
