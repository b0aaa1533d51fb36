// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the disks of a server have had to do between the last two looks, in requests, and which of
 * them should leave a worker for that. The scaler's thread.
 */
final class DiskLoads {
    private final Map<String, Long> counts = new HashMap<>();
    private final Map<String, Long> lately = new HashMap<>();

    /**
     * Takes another look.
     *
     * @param now all requests that each disk has ever had
     */
    void look(Map<String, Long> now) {
        lately.clear();
        now.forEach((disk, count) -> lately.put(disk, count - counts.getOrDefault(disk, count)));
        counts.clear();
        counts.putAll(now);
    }

    long of(String disk) {
        return lately.getOrDefault(disk, 0L);
    }

    long of(Collection<String> disks) {
        return disks.stream().mapToLong(this::of).sum();
    }

    /** Every second one, from the busiest on: about half of them, and of what they have to do. */
    List<String> half(Collection<String> disks, boolean maySingleLeave) {
        List<String> byLoad = new ArrayList<>(disks);
        byLoad.sort(Comparator.comparingLong((String disk) -> of(disk)).reversed());
        List<String> half = new ArrayList<>();
        for (int i = maySingleLeave ? 0 : 1; i < byLoad.size(); i += 2) {
            half.add(byLoad.get(i));
        }
        return half;
    }

    /**
     * The one that comes closest to a share of what they all have to do; none that is idle, nor one
     * of twice the share, which would make the other worker the busy one.
     */
    Optional<String> closest(Collection<String> disks, double share) {
        double wanted = share * of(disks);
        return disks.stream()
                .filter(disk -> of(disk) > 0 && of(disk) < 2 * wanted)
                .min(Comparator.comparingDouble(disk -> Math.abs(of(disk) - wanted)));
    }
}
