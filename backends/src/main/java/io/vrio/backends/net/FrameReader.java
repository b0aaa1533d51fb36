// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.agent.Agent;
import io.vrio.common.io.NetFrame;
import io.vrio.common.sys.Linux;
import java.util.concurrent.TimeUnit;

/**
 * Reads the frames of one file in its worker's duty cycle. A frame that is refused is kept, and
 * nothing is read until it has been taken or was kept for too long. Lives as long as its NIC.
 */
final class FrameReader implements Agent {
    /** Takes what is read. */
    interface Target {
        /**
         * @return false when there is no room now: the frame is to be kept
         */
        boolean deliver(NetFrame frame);

        /** A frame was kept for too long and is dropped. */
        void onExpired();

        /**
         * @param errno what reading failed with, not EAGAIN
         * @return whether to go on
         */
        boolean onReadError(int errno);
    }

    /** Limit: frames of one duty cycle; what is left is read in the next one. */
    private static final int FRAMES_MAX = 64;

    /** Limit: bytes of one duty cycle, so that super-frames do not hold up disks for long. */
    private static final int BYTES_MAX = 512 << 10;

    /** Limit: how long one frame is kept; then those behind it are read, and dropped if refused. */
    private static final long KEEP_NS = TimeUnit.SECONDS.toNanos(1);

    /** Rounds without a frame after which the file is looked at less often. */
    private static final int WARM_ROUNDS = 256;

    /** A quiet file costs a system call in one of so many rounds. */
    private static final int QUIET_INTERVAL = 16;

    private final String name;
    private final NicWorker worker;
    private final FrameFile file;
    private final Target target;
    private final NetFrame frame = new NetFrame();
    private int key;
    private boolean isWatched;
    private boolean isKept;
    private long keptSinceNs;
    private boolean isStuck;
    private int quietRounds;
    private int skippedRounds;
    private boolean isEnded;

    FrameReader(String name, NicWorker worker, FrameFile file, Target target) {
        this.name = name;
        this.worker = worker;
        this.file = file;
        this.target = target;
        watch();
        worker.add(this);
    }

    @Override
    public String name() {
        return name;
    }

    private void watch() {
        if (!isWatched) {
            isWatched = true;
            key = worker.register(file.descriptor(), this::onReady);
        }
    }

    private void unwatch() {
        if (isWatched) {
            isWatched = false;
            worker.unregister(file.descriptor(), key);
        }
    }

    private void onReady() {
        quietRounds = 0;
    }

    @Override
    public int doWork() {
        if (isEnded || isKept && !offerKept()) {
            return 0;
        }
        if (quietRounds >= WARM_ROUNDS && ++skippedRounds < QUIET_INTERVAL) {
            return 0;
        }
        skippedRounds = 0;
        int count = readFrames();
        quietRounds = count > 0 ? 0 : Math.min(quietRounds + 1, WARM_ROUNDS);
        return count;
    }

    private int readFrames() {
        int count = 0;
        for (long bytes = 0; count < FRAMES_MAX && bytes < BYTES_MAX; count++) {
            long length = file.receive(frame);
            if (length < 0) {
                if (length != -Linux.EAGAIN && !target.onReadError((int) -length)) {
                    end();
                }
                break;
            }
            bytes += length;
            if (!deliver()) {
                return count + 1;
            }
        }
        return count;
    }

    /** Returns whether to read on. */
    private boolean deliver() {
        if (target.deliver(frame)) {
            isStuck = false;
        } else if (isStuck) {
            target.onExpired();
        } else {
            isKept = true;
            keptSinceNs = worker.clock().nanoTime();
        }
        return !isKept;
    }

    private boolean offerKept() {
        if (target.deliver(frame)) {
            isKept = false;
        } else if (worker.clock().nanoTime() - keptSinceNs >= KEEP_NS) {
            isKept = false;
            isStuck = true;
            target.onExpired();
        }
        if (!isKept) {
            watch();
        }
        return !isKept;
    }

    @Override
    public boolean prepareToBlock() {
        if (isKept) {
            // What waits behind the kept frame would wake the worker at once, again and again.
            unwatch();
        }
        return true;
    }

    @Override
    public long deadlineNs() {
        return isKept ? keptSinceNs + KEEP_NS : NO_DEADLINE;
    }

    /** Reads no more. */
    void end() {
        if (!isEnded) {
            isEnded = true;
            isKept = false;
            unwatch();
            worker.remove(this);
        }
    }
}
