// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The guests with NICs, on which VM host each of them is, and their moves from one to the other: at
 * first both servers want the NIC, and one of them has it.
 */
final class NetFleet implements AutoCloseable {
    /** No move is under way. */
    private static final int NOWHERE = -1;

    private static final long MS = 1_000_000;

    /** Limit: frames of a guest's flood. */
    private static final int FLOOD = 200;

    private final NetScenario scenario;
    private final NetWays ways;
    private final Journal journal;
    private final List<NetGuest> guests = new ArrayList<>();
    private final SimulatedServer[] servers = new SimulatedServer[2];

    /** By guest: the host it is on, and the one it moves to. */
    private final int[] places;

    private final int[] goals;
    private final long[] moveNs;

    NetFleet(Scenario scenario, NetWays ways, Journal journal) {
        this.scenario = scenario.net();
        this.ways = ways;
        this.journal = journal;
        int count = this.scenario.nics().size();
        places = new int[count];
        goals = new int[count];
        moveNs = new long[count];
        Arrays.fill(goals, NOWHERE);
        for (int i = 0; i < count; i++) {
            guests.add(new NetGuest(scenario, i, ways.clock(), ways.ledger()));
            places[i] = this.scenario.nics().get(i).isAway() ? 1 : 0;
        }
    }

    List<NetGuest> guests() {
        return guests;
    }

    /** A server starts on a host; the guests that are there start with it. */
    void onStart(int host, SimulatedServer server) {
        servers[host] = server;
        for (int i = 0; i < places.length; i++) {
            if (places[i] == host) {
                if (goals[i] != NOWHERE) {
                    // Its place on the other host was made for a guest that is no more.
                    close(goals[i], i);
                    goals[i] = NOWHERE;
                }
                server.open(guests.get(i).card()).connect(guests.get(i));
            } else if (goals[i] == host) {
                goals[i] = NOWHERE;
            }
        }
    }

    private void close(int host, int index) {
        servers[host].close(device(host, index));
    }

    private SimulatedNetDevice device(int host, int index) {
        for (SimulatedNetDevice nic : servers[host].nics()) {
            if (nic.card().index() == index) {
                return nic;
            }
        }
        throw new IllegalStateException("host " + host + " has no NIC " + index);
    }

    /** Where a guest is. */
    SimulatedNetDevice device(int index) {
        return device(places[index], index);
    }

    /** Its server has something to do. */
    void kick(NetGuest guest) {
        servers[places[guest.card().index()]].kick();
    }

    /** A guest begins to move to the other host. */
    void beginMove(int index) {
        if (goals[index] == NOWHERE) {
            goals[index] = 1 - places[index];
            moveNs[index] = ways.clock().nanoTime() + ways.random().nextLong(500 * MS);
            journal.note("nic" + index + " is to move to host " + goals[index]);
            servers[goals[index]].open(guests.get(index).card());
        }
    }

    /** The guest is replaced by another one, in the same place. */
    void replace(int index) {
        SimulatedNetDevice device = device(index);
        device.disconnect();
        device.connect(guests.get(index));
        servers[places[index]].kick();
    }

    /** Ends moves that are due. */
    int doWork() {
        int work = 0;
        for (int i = 0; i < goals.length; i++) {
            if (goals[i] != NOWHERE && moveNs[i] - ways.clock().nanoTime() <= 0) {
                move(i);
                work++;
            }
        }
        return work;
    }

    private void move(int index) {
        journal.note("nic" + index + " moves to host " + goals[index]);
        close(places[index], index);
        places[index] = goals[index];
        goals[index] = NOWHERE;
        device(index).connect(guests.get(index));
        servers[places[index]].kick();
    }

    int runGuests() {
        int work = 0;
        for (NetGuest guest : guests) {
            work += guest.doWork(() -> kick(guest));
        }
        return work;
    }

    long nextDeadlineNs() {
        long nextNs = Agent.NO_DEADLINE;
        for (int i = 0; i < goals.length; i++) {
            nextNs = Agent.earlier(nextNs, guests.get(i).nextDeadlineNs());
            nextNs = goals[i] == NOWHERE ? nextNs : Agent.earlier(nextNs, moveNs[i]);
        }
        return nextNs;
    }

    boolean haveSentAll() {
        for (NetGuest guest : guests) {
            if (!guest.hasSentAll()) {
                return false;
            }
        }
        return true;
    }

    /** All moves end now, and all guests take what they get. */
    void settle() {
        for (int i = 0; i < goals.length; i++) {
            moveNs[i] = ways.clock().nanoTime();
        }
        guests.forEach(NetGuest::beGenerous);
    }

    /** All guests send as fast as they can. */
    void flood() {
        guests.forEach(guest -> guest.flood(FLOOD));
    }

    /** Whether all links are up, and no frame waits to be sent or to be taken by its guest. */
    boolean isAtRest() {
        for (int i = 0; i < goals.length; i++) {
            NetGuest guest = guests.get(i);
            boolean isAtRest =
                    goals[i] == NOWHERE
                            && device(i).isLinkUp()
                            && device(i).frontend().isRunning()
                            && guest.underWay() == 0
                            && guest.isUpToDate();
            if (!isAtRest) {
                return false;
            }
        }
        return true;
    }

    String describe() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < goals.length; i++) {
            text.append("nic" + i)
                    .append(": link=" + device(i).isLinkUp())
                    .append(" running=" + device(i).frontend().isRunning())
                    .append(" under way=" + guests.get(i).underWay())
                    .append(" up to date=" + guests.get(i).isUpToDate())
                    .append(" refused: " + device(i).nic().refusal())
                    .append(" dropped: " + device(i).drops())
                    .append("; ");
        }
        return text.toString();
    }

    @Override
    public void close() {
        guests.forEach(NetGuest::checkUntouched);
        guests.forEach(NetGuest::close);
    }
}
