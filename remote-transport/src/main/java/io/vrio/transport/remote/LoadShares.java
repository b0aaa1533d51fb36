// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How much of an endpoint's work each of its associations was since the last look, by super-frames,
 * which cost about the same each.
 */
final class LoadShares {
    /** Limit: what goes may be so many times the share that was asked for, not more. */
    private static final double EXCESS_MAX = 1.5;

    private LoadShares() {}

    /** Those that may go and are together not much more than a share of the work, 0 to 1. */
    static List<ServedPeer> choose(List<ServedPeer> peers, double share) {
        long sum = peers.stream().mapToLong(LoadShares::frames).sum();
        double left = share * sum * EXCESS_MAX;
        List<ServedPeer> busiest =
                new ArrayList<>(peers.stream().filter(p -> p.mayMove() && frames(p) > 0).toList());
        busiest.sort(Comparator.comparingLong(LoadShares::frames).reversed());
        List<ServedPeer> chosen = new ArrayList<>();
        double wanted = share * sum;
        for (ServedPeer peer : busiest) {
            if (wanted > 0 && frames(peer) <= left) {
                chosen.add(peer);
                left -= frames(peer);
                wanted -= frames(peer);
            }
        }
        return chosen;
    }

    private static long frames(ServedPeer peer) {
        return peer.place() == null ? 0 : peer.place().framesLately();
    }
}
