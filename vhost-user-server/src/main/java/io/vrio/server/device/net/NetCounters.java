// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import io.vrio.common.counter.Counters;
import io.vrio.common.io.NetDrop;
import io.vrio.server.virtqueue.RingCounter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one NIC counts: per pair of queues, drops by reason, broken rules of rings. */
final class NetCounters {
    private final List<Counters<NetCounter>> pairs = new ArrayList<>();
    private final Counters<NetDrop> drops = new Counters<>(NetDrop.class);
    private final Counters<RingCounter> rings = new Counters<>(RingCounter.class);

    NetCounters(int pairCount) {
        for (int i = 0; i < pairCount; i++) {
            pairs.add(new Counters<>(NetCounter.class));
        }
    }

    void count(int pair, NetCounter id) {
        pairs.get(pair).increment(id);
    }

    void countTx(int pair, int length) {
        pairs.get(pair).increment(NetCounter.TX_FRAMES);
        pairs.get(pair).add(NetCounter.TX_BYTES, length);
    }

    void countRx(int pair, int length) {
        pairs.get(pair).increment(NetCounter.RX_FRAMES);
        pairs.get(pair).add(NetCounter.RX_BYTES, length);
    }

    void dropTx(int pair, NetDrop reason) {
        pairs.get(pair).increment(NetCounter.TX_DROPPED);
        drops.increment(reason);
    }

    void dropRx(int pair, NetDrop reason) {
        pairs.get(pair).increment(NetCounter.RX_DROPPED);
        drops.increment(reason);
    }

    void count(RingCounter id) {
        rings.increment(id);
    }

    /** All by name: the sums first, then drops and rings, then each pair that was used. */
    Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        for (Counters<NetCounter> pair : pairs) {
            pair.snapshot().forEach((name, value) -> all.merge(name, value, Long::sum));
        }
        drops.snapshot().forEach((name, value) -> all.put("dropped_" + name, value));
        all.putAll(rings.snapshot());
        for (int i = 0; i < pairs.size(); i++) {
            putPair(i, pairs.get(i).snapshot(), all);
        }
        return all;
    }

    private static void putPair(int pair, Map<String, Long> values, Map<String, Long> target) {
        boolean isUsed = pair == 0 || values.values().stream().anyMatch(value -> value != 0);
        if (isUsed) {
            values.forEach((name, value) -> target.put("pair_" + pair + "_" + name, value));
        }
    }
}
