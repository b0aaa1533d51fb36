// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.message.ControlMessage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The endpoints of one IOhyp, one for each of its workers: which servers are where, and which
 * endpoint one should go to. The first is the one whose port servers are told, and has all NICs.
 * Control path; any thread.
 */
public final class EndpointGroup {
    /** No other port: the association stays. */
    static final int STAY = 0;

    /** Limit: so long a place is kept for who was sent to it; then it came to nothing. */
    private static final long JOURNEY_NS = 5_000_000_000L;

    /** Limit: associations under way to another endpoint, or bound to the first; the oldest go. */
    private static final int REMEMBERED_MAX = 4 * PeerList.PEERS_MAX;

    /** A worker of a server, in whichever association. */
    private record Identity(String server, long epoch, int worker) {
        static Identity of(Presence presence) {
            return new Identity(presence.server, presence.epoch, presence.worker);
        }
    }

    /** Where somebody was sent, and when. */
    private record Journey(IohypEndpoint to, long sinceNs) {}

    private static final class Recent<V> extends LinkedHashMap<Identity, V> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, V> eldest) {
            return size() > REMEMBERED_MAX;
        }
    }

    /** An association whose server has greeted. */
    static final class Presence {
        private final String server;
        private final long epoch;
        private final int worker;
        private final ServedPeer peer;
        private final IohypEndpoint at;
        private long order;
        private boolean isSentAway;

        /** Whether it had no devices when it was last asked. */
        private boolean isIdle;

        Presence(ControlMessage.Hello hello, ServedPeer peer, IohypEndpoint at) {
            server = hello.server();
            epoch = hello.epoch();
            worker = hello.workerIndex();
            this.peer = peer;
            this.at = at;
        }
    }

    private final List<IohypEndpoint> endpoints = new ArrayList<>();
    private final List<IohypEndpoint> leaving = new ArrayList<>();
    private final List<Presence> present = new ArrayList<>();
    private final Recent<Journey> journeys = new Recent<>();
    private final Recent<Boolean> bound = new Recent<>();
    private long lastOrder;

    synchronized void add(IohypEndpoint endpoint) {
        endpoints.add(endpoint);
    }

    synchronized void remove(IohypEndpoint endpoint) {
        endpoints.remove(endpoint);
        leaving.remove(endpoint);
    }

    /** Nobody is sent there any more, or, when it stays after all, they may be again. */
    public synchronized void setLeaving(IohypEndpoint endpoint, boolean isLeaving) {
        leaving.remove(endpoint);
        if (isLeaving) {
            leaving.add(endpoint);
        }
    }

    /** Whether its worker ends alone: what its associations have claimed goes on elsewhere. */
    synchronized boolean isLeaving(IohypEndpoint endpoint) {
        return leaving.contains(endpoint);
    }

    boolean isFirst(IohypEndpoint endpoint) {
        return first() == endpoint;
    }

    private synchronized IohypEndpoint first() {
        return endpoints.get(0);
    }

    /** Somebody has been welcomed. */
    synchronized void enter(Presence presence) {
        presence.order = ++lastOrder;
        present.add(presence);
    }

    synchronized void leave(Presence presence) {
        present.remove(presence);
    }

    /**
     * Where somebody who has just come to the first endpoint should go: to the one that has the
     * fewest associations.
     *
     * @return a TCP port, or {@link #STAY}
     */
    synchronized int place(Presence presence, long nowNs) {
        Identity identity = Identity.of(presence);
        Journey journey = journeys.remove(identity);
        if (journey != null && journey.to != presence.at) {
            // It has found nobody there, as behind a firewall that knows one port alone.
            bound.put(identity, true);
        }
        if (journey != null || presence.at != first() || bound.containsKey(identity)) {
            return STAY;
        }
        IohypEndpoint best = emptiest(presence, nowNs);
        return best == presence.at ? STAY : send(presence, best, nowNs);
    }

    /** Whether somebody must stay where it is, at the first endpoint. */
    synchronized boolean isBound(Presence presence) {
        return bound.containsKey(Identity.of(presence));
    }

    /** The port of the endpoint that somebody is sent to now. */
    synchronized int send(Presence presence, IohypEndpoint to, long nowNs) {
        presence.isSentAway = true;
        journeys.put(Identity.of(presence), new Journey(to, nowNs));
        return to.port();
    }

    /** Likewise, to the one that has the fewest associations of those that do not end. */
    synchronized int sendAnywhere(Presence presence, long nowNs) {
        return send(presence, emptiest(presence, nowNs), nowNs);
    }

    /** Somebody has NICs, which the first endpoint has all of: it goes there and stays. */
    synchronized int sendToFirst(Presence presence, long nowNs) {
        bound.put(Identity.of(presence), true);
        return send(presence, first(), nowNs);
    }

    private IohypEndpoint emptiest(Presence newcomer, long nowNs) {
        dropOld(nowNs);
        IohypEndpoint best = first();
        for (IohypEndpoint endpoint : endpoints) {
            boolean isBetter = count(endpoint, newcomer) < count(best, newcomer);
            best = isBetter && !leaving.contains(endpoint) ? endpoint : best;
        }
        return best;
    }

    private void dropOld(long nowNs) {
        Iterator<Journey> all = journeys.values().iterator();
        while (all.hasNext()) {
            if (nowNs - all.next().sinceNs >= JOURNEY_NS) {
                all.remove();
            }
        }
    }

    private long count(IohypEndpoint endpoint, Presence newcomer) {
        long here =
                present.stream()
                        .filter(p -> p.at == endpoint && p != newcomer && !p.isSentAway)
                        .count();
        return here + journeys.values().stream().filter(j -> j.to == endpoint).count();
    }

    /**
     * Somebody attaches devices: what the same worker of its server has at other endpoints is over,
     * and so is what an earlier process of its name has there, if that has ended.
     *
     * @return why it cannot have any now, or null
     */
    synchronized String makeWay(Presence newer) {
        String reason = null;
        for (Presence other : present) {
            if (other.at == newer.at || !other.server.equals(newer.server)) {
                continue;
            }
            if (other.epoch != newer.epoch) {
                other.at.tell(() -> probe(other));
                reason = other.isIdle ? reason : other.peer.isHereAlready();
            } else if (other.worker == newer.worker && other.order < newer.order) {
                other.at.tell(() -> other.at.replace(other.peer));
            } else if (other.worker == newer.worker) {
                return "this worker of the server has a newer association";
            }
        }
        return reason;
    }

    /** One that has ended answers RST, and the server asks again soon. On its worker. */
    private void probe(Presence presence) {
        boolean hasDevices = presence.peer.hasDevices();
        synchronized (this) {
            presence.isIdle = !hasDevices;
        }
        if (hasDevices) {
            presence.peer.probe();
        }
    }
}
