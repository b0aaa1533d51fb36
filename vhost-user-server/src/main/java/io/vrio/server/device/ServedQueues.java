// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device;

import io.vrio.common.sys.EventFd;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The queues of one device: each in its place from its start until it is taken out, and in the
 * worker's duty cycle until it stops. One worker's thread.
 */
public final class ServedQueues<Q extends ServedQueue> {
    private final List<Q> places;
    private final List<Q> served = new ArrayList<>();

    public ServedQueues(int count) {
        places = new ArrayList<>(Collections.nCopies(count, null));
    }

    public int count() {
        return places.size();
    }

    /** Null where none was started. */
    public Q at(int index) {
        return places.get(index);
    }

    /** A queue may start where there is none, or one that has stopped and ended all it began. */
    public void checkFree(int index) {
        Q former = at(index);
        if (former != null && !(former.service().isStopped() && former.service().inFlight() == 0)) {
            throw new IllegalStateException("queue " + index + " is not stopped");
        }
    }

    /** Puts a new queue into a free place. */
    public void start(int index, Q queue) {
        places.set(index, queue);
        served.add(queue);
        queue.service().suppressKicks();
    }

    /** See {@link VirtioDevice#replaceCall}. */
    public void replaceCall(int index, EventFd call) {
        if (at(index) != null) {
            at(index).service().replaceCall(call);
        }
    }

    /** See {@link VirtioDevice#enableQueue}. */
    public void enable(int index, boolean isEnabled) {
        if (at(index) != null) {
            at(index).service().enable(isEnabled);
        }
    }

    /** See {@link VirtioDevice#stopQueue}. */
    public void stop(int index) {
        if (at(index) != null) {
            served.remove(at(index));
            at(index).service().stop();
        }
    }

    /** Takes a queue out, whatever it is at. */
    public void remove(int index) {
        served.remove(at(index));
        places.set(index, null);
    }

    public int doWork() {
        int work = 0;
        for (int i = 0; i < served.size(); i++) {
            work += served.get(i).doWork();
        }
        return work;
    }

    /** Asks every queue, so that all guests are asked to kick. */
    public boolean prepareToBlock() {
        boolean mayBlock = true;
        for (int i = 0; i < served.size(); i++) {
            mayBlock &= served.get(i).prepareToBlock();
        }
        return mayBlock;
    }

    public boolean isHeldBack() {
        boolean isHeldBack = false;
        for (int i = 0; i < served.size(); i++) {
            isHeldBack |= served.get(i).isHeldBack();
        }
        return isHeldBack;
    }

    public void onWake() {
        for (int i = 0; i < served.size(); i++) {
            served.get(i).service().suppressKicks();
        }
    }
}
