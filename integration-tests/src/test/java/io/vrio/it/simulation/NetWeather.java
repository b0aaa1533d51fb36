// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import java.util.SplittableRandom;

/** What happens to NICs, their guests and the second VM host, as chance has it. */
final class NetWeather {
    private static final long MS = 1_000_000;

    /** Limit: strokes of one run. */
    private static final int STROKES_MAX = 60;

    private final WholeWay way;
    private final SplittableRandom random;
    private final Wind wind;
    private int strokesLeft = STROKES_MAX;
    private long dueNs;

    NetWeather(WholeWay way, SplittableRandom random) {
        this.way = way;
        this.random = random;
        wind = new Wind(random);
        boolean isQuiet = !way.scenario().net().isPresent() || way.scenario().net().isCalm();
        strokesLeft = isQuiet || way.scenario().load().unrest() == 0 ? 0 : STROKES_MAX;
        setDue();
        if (way.otherStation() != null) {
            way.otherStation().faults(Wind.CALM);
        }
    }

    private void setDue() {
        dueNs = way.clock().nanoTime() + random.nextLong(MS / 10, 20 * MS);
    }

    int doWork() {
        if (strokesLeft == 0 || dueNs - way.clock().nanoTime() > 0) {
            return 0;
        }
        strokesLeft--;
        setDue();
        strike(random.nextInt(way.fleet().guests().size()));
        return 1;
    }

    private void strike(int index) {
        NetScenario.Card card = way.scenario().net().nics().get(index);
        Frontend frontend = way.fleet().device(index).frontend();
        switch (random.nextInt(16)) {
            case 0, 1 -> setLink(card, false);
            case 2, 3 -> setLink(card, true);
            case 4 -> note(card, "is opened again", () -> retry(card));
            case 5 -> note(card, "stops a queue", () -> frontend.stop(false));
            case 6 -> note(card, "stops all queues", () -> frontend.stop(true));
            case 7 -> note(card, "resets its driver", frontend::resetDriver);
            case 8 -> note(card, "gets another guest", () -> way.fleet().replace(index));
            case 9 -> note(card, "shares memory anew", frontend::shareMemory);
            case 10, 11 -> way.fleet().beginMove(index);
            case 12 -> {
                way.journal().note("the second server is restarted");
                way.restartOther(random.nextBoolean());
            }
            case 13 -> {
                way.journal().note("the second server breaks off");
                way.otherServer().breakOff();
            }
            default -> way.otherStation().faults(wind.any());
        }
    }

    private void note(NetScenario.Card card, String what, Runnable how) {
        way.journal().note(card.name() + " " + what);
        how.run();
    }

    private void setLink(NetScenario.Card card, boolean isUp) {
        if (way.iohyp().isUp()) {
            note(card, isUp ? "link up" : "link down", () -> way.iohyp().setLink(card, isUp));
        }
    }

    private void retry(NetScenario.Card card) {
        if (way.iohyp().isUp()) {
            way.iohyp().retry(card);
        }
    }

    /** Nothing happens any more; the IOhyp is up. */
    void clear() {
        strokesLeft = 0;
        if (way.scenario().net().isPresent()) {
            way.otherStation().faults(Wind.CALM);
            way.scenario().net().nics().forEach(card -> way.iohyp().setLink(card, true));
            way.fleet().settle();
        }
    }

    long nextDeadlineNs() {
        return strokesLeft == 0 ? Agent.NO_DEADLINE : dueNs;
    }
}
