// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.util.Arrays;

/**
 * What is measured on each alternative.
 *
 * <p>The limit is the ratio to the reference that this system wants to reach: at most, for a time;
 * at least, for a rate.
 */
enum NetRow {
    TCP_SEND_HOST("tcp-send-host", Load.TCP_SEND, Peer.HOST, 0, 1.5),
    TCP_RECEIVE_HOST("tcp-receive-host", Load.TCP_RECEIVE, Peer.HOST, 0, 1.5),
    ROUND_TRIP_HOST("rr-host", Load.ROUND_TRIP, Peer.HOST, 0, 1.2),
    TCP_SEND_GUEST("tcp-send-guest", Load.TCP_SEND, Peer.GUEST, 0, 1.5),
    TCP_RECEIVE_GUEST("tcp-receive-guest", Load.TCP_RECEIVE, Peer.GUEST, 0, 1.5),
    ROUND_TRIP_GUEST("rr-guest", Load.ROUND_TRIP, Peer.GUEST, 0, 1.2),
    PACKETS_64("pps-64", Load.PACKETS, Peer.COUNTER, 64, 1),
    PACKETS_1400("pps-1400", Load.PACKETS, Peer.COUNTER, 1400, 1);

    private final String title;
    private final Load load;
    private final Peer peer;
    private final int frameLength;
    private final double limit;

    /** What the guest does. */
    enum Load {
        TCP_SEND("Mbit/s"),
        TCP_RECEIVE("Mbit/s"),
        ROUND_TRIP("us, p50"),
        PACKETS("packets/s");

        private final String unit;

        Load(String unit) {
            this.unit = unit;
        }
    }

    /** Who is at the other end: a process on the I/O host, a guest there, or a kernel's counter. */
    enum Peer {
        HOST,
        GUEST,
        COUNTER
    }

    NetRow(String title, Load load, Peer peer, int frameLength, double limit) {
        this.title = title;
        this.load = load;
        this.peer = peer;
        this.frameLength = frameLength;
        this.limit = limit;
    }

    static NetRow titled(String title) {
        return Arrays.stream(values())
                .filter(row -> row.title.equals(title))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no row " + title + "; there are " + titles()));
    }

    static String titles() {
        return String.join(", ", Arrays.stream(values()).map(NetRow::title).toList());
    }

    String title() {
        return title;
    }

    Load load() {
        return load;
    }

    Peer peer() {
        return peer;
    }

    /** Of what the packet generator sends, without the check sequence; 0 in other rows. */
    int frameLength() {
        return frameLength;
    }

    double limit() {
        return limit;
    }

    String unit() {
        return load.unit;
    }

    boolean isTime() {
        return load == Load.ROUND_TRIP;
    }

    boolean isPackets() {
        return load == Load.PACKETS;
    }

    /** With whom vRIO is compared in this row. */
    NetAlternative reference() {
        return isPackets() ? NetAlternative.OVS_DPDK : NetAlternative.TAP_VXLAN;
    }
}
