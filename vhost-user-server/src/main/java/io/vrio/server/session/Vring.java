// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.session;

import io.vrio.common.agent.EventLoop;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.EventFd;
import io.vrio.server.virtqueue.RingLayout;
import io.vrio.server.virtqueue.Virtqueue;

/**
 * What the frontend has said about one vring. Whether it is started and whether it is enabled are
 * independent of each other; it runs when it is started and its addresses are mapped.
 */
final class Vring implements AutoCloseable {
    private final int index;
    private final EventLoop loop;
    private int size;
    private boolean hasAddresses;
    private long descriptorsAddress;
    private long availAddress;
    private long usedAddress;
    private int base;
    private boolean isUsedLogged;
    private long usedLogAddress;
    private boolean isStarted;
    private boolean isEnabled;
    private EventFd kick;
    private Watch kickWatch;
    private EventFd call;
    private EventFd err;
    private Virtqueue queue;

    Vring(int index, EventLoop loop) {
        this.index = index;
        this.loop = loop;
    }

    int index() {
        return index;
    }

    void setSize(int newSize) {
        size = newSize;
    }

    void setAddresses(long descriptors, long avail, long used) {
        hasAddresses = true;
        descriptorsAddress = descriptors;
        availAddress = avail;
        usedAddress = used;
    }

    /** Whether, and as which guest memory, the used ring is marked in the dirty log. */
    void setUsedLog(boolean isLogged, long guestAddress) {
        isUsedLogged = isLogged;
        usedLogAddress = guestAddress;
        if (queue != null) {
            queue.logUsedRing(isLogged, guestAddress);
        }
    }

    boolean hasAddresses(long descriptors, long avail, long used) {
        return hasAddresses
                && descriptorsAddress == descriptors
                && availAddress == avail
                && usedAddress == used;
    }

    /** Whether all is known that a ring is made of. */
    boolean isConfigured() {
        return hasAddresses && size > 0;
    }

    RingLayout layout() {
        return new RingLayout(size, descriptorsAddress, availAddress, usedAddress, base);
    }

    void setBase(int newBase) {
        base = newBase;
    }

    /** Where the ring goes on: the answer to GET_VRING_BASE. */
    int base() {
        return queue == null ? base : queue.base();
    }

    /** The frontend asks that the ring be served; null when it will not kick. */
    void start(EventFd newKick) {
        dropKick();
        isStarted = true;
        if (newKick != null) {
            // A kick is a hint: to wake up for it is all there is to do, the rings are polled then.
            Watch watch = new Watch(loop, newKick.fd(), newKick::drain);
            try {
                watch.begin();
            } catch (ErrnoException e) {
                newKick.close();
                throw e;
            }
            kick = newKick;
            kickWatch = watch;
        }
    }

    /** Is of no worker until {@link #join}; kicks stay in their counter meanwhile. */
    void leave() {
        if (kick != null) {
            kickWatch.end();
        }
    }

    void join() {
        if (kick != null) {
            kickWatch.begin();
        }
    }

    boolean isStarted() {
        return isStarted;
    }

    /** Whether the frontend relies on our looking at the ring from time to time. */
    boolean isPolled() {
        return isStarted && kick == null;
    }

    void setEnabled(boolean isNowEnabled) {
        isEnabled = isNowEnabled;
    }

    boolean isEnabled() {
        return isEnabled;
    }

    /** Where to signal used descriptors, null when the frontend polls. */
    EventFd call() {
        return call;
    }

    /** Returns the former one, which the caller closes. */
    EventFd replaceCall(EventFd newCall) {
        EventFd former = call;
        call = newCall;
        return former;
    }

    void replaceErr(EventFd newErr) {
        close(err);
        err = newErr;
    }

    void signalErr() {
        if (err != null) {
            err.signal();
        }
    }

    void run(Virtqueue newQueue) {
        queue = newQueue;
        queue.logUsedRing(isUsedLogged, usedLogAddress);
    }

    boolean isRunning() {
        return queue != null;
    }

    /** The running queue. */
    Virtqueue queue() {
        return queue;
    }

    /** Stopped: keeps its size, its index and whether it is enabled, and nothing else. */
    void stop() {
        base = base();
        queue = null;
        isStarted = false;
        hasAddresses = false;
        dropKick();
        close(call);
        call = null;
    }

    /** As at the beginning. The err descriptor stays: frontends send it once per connection. */
    void reset() {
        stop();
        size = 0;
        base = 0;
        isEnabled = false;
    }

    private void dropKick() {
        if (kick != null) {
            kickWatch.end();
            kick.close();
            kick = null;
        }
    }

    private static void close(EventFd event) {
        if (event != null) {
            event.close();
        }
    }

    @Override
    public void close() {
        stop();
        close(err);
        err = null;
    }
}
