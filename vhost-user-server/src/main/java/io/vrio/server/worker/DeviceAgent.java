// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.sys.UnixSocket;
import io.vrio.server.device.VirtioDevice;
import io.vrio.server.session.DeviceLog;
import io.vrio.server.session.VhostUserSession;
import io.vrio.server.session.Watch;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One device's part of its worker's duty cycle: takes frontends in, one at a time, and runs the
 * device. Whatever goes wrong here ends this frontend's session and nobody else's.
 */
final class DeviceAgent implements Restable {
    /** Limit: connections of one look, so that a flood of them cannot starve other devices. */
    private static final int CONNECTIONS_MAX = 8;

    /** How long nobody is taken in after that has failed, most likely for want of descriptors. */
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    private final String name;
    private final VirtioDevice device;
    private final FrontendSource source;
    private final SocketOptions options;
    private final DeviceLog log;
    private final RestingAgent<DeviceAgent> worker;
    private final NanoClock clock;
    private final Watch sourceWatch;
    private VhostUserSession session;

    /** Null while it is to stay where it is. */
    private DeviceMove move;

    private boolean isPaused;
    private long pauseEndNs;

    /** Whether its guest was asked to kick. */
    private boolean isDevicePrepared;

    private boolean isClosed;

    /** The frontend that was hung up on; 0 for none, as in another PID namespace. */
    private int hungUpPid;

    /**
     * @param worker whoever has it now, and what it watches there
     */
    DeviceAgent(
            RestingAgent<DeviceAgent> worker,
            String name,
            VirtioDevice device,
            FrontendSource source,
            SocketOptions options) {
        this.worker = worker;
        this.name = name;
        this.device = device;
        this.source = source;
        this.options = options;
        clock = worker.clock();
        log = new DeviceLog(name, clock);
        sourceWatch = new Watch(worker, source.fd(), this::takeIn);
    }

    /** Takes frontends in from now on. */
    void start() {
        log.info("socket=" + source.description());
        takeIn();
    }

    private void watch(boolean isWanted) {
        if (isWanted && source.fd() >= 0) {
            sourceWatch.begin();
        } else {
            sourceWatch.end();
        }
    }

    private void takeIn() {
        try {
            watch(true);
            for (int i = 0; i < CONNECTIONS_MAX; i++) {
                UnixSocket socket = source.next();
                if (socket == null) {
                    return;
                }
                admit(socket);
            }
        } catch (RuntimeException e) {
            pause(e);
        }
    }

    private void pause(RuntimeException reason) {
        log.warn("frontend=not-accepted reason=\"" + reason.getMessage() + '"');
        watch(false);
        isPaused = true;
        pauseEndNs = clock.nanoTime() + PAUSE_NS;
    }

    private void admit(UnixSocket socket) {
        if (session != null) {
            // The former frontend may have gone, and its end not have been heard yet.
            session.look();
            forgetClosedSession();
        }
        if (session == null) {
            begin(socket);
            return;
        }
        try (socket) {
            log.warn(
                    "frontend=refused pid="
                            + socket.peerPid()
                            + " reason=\"in use by pid "
                            + session.pid()
                            + "; every virtual machine needs its own socket\"");
        }
    }

    /**
     * Whether this frontend must not come back yet. Only the one that was hung up on: another one
     * is starting, and without a device it would never get to run.
     */
    private boolean isKeptOut(UnixSocket socket) {
        return hungUpPid != 0 && socket.peerPid() == hungUpPid && device.isUnplugged();
    }

    private void begin(UnixSocket socket) {
        if (isKeptOut(socket)) {
            socket.close();
            return;
        }
        hungUpPid = 0;
        try {
            session = new VhostUserSession(worker, device, socket, options.drainNs(), log);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void forgetClosedSession() {
        if (session != null && session.isClosed()) {
            session = null;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int doWork() {
        try {
            int work = serve();
            return move == null ? work : work + move.proceed();
        } catch (RuntimeException e) {
            onFault(e);
            return 1;
        }
    }

    @Override
    public boolean canRest() {
        // A NIC's frames come from elsewhere.
        return device.isMovable() && isQuiet() && deadlineNs() == NO_DEADLINE;
    }

    private int serve() {
        forgetClosedSession();
        if (session == null) {
            lookForFrontend();
        }
        if (session == null) {
            return device.doWork();
        }
        if (isToHangUp()) {
            hangUp();
            return 1;
        }
        int work = session.doWork();
        return session.isServing() ? work + device.doWork() : work;
    }

    /** One without a process id could not be told from one that is starting when it comes back. */
    private boolean isToHangUp() {
        return options.hangsUp()
                && device.isUnplugged()
                && session.isRunning()
                && session.pid() != 0;
    }

    /** A frontend shows its guest a NIC without a carrier as long as it has no connection. */
    private void hangUp() {
        hungUpPid = session.pid();
        log.info("frontend=hung-up pid=" + hungUpPid + " reason=\"the link is down\"");
        endSession();
    }

    /** What is not heard of by itself: a pause that is over, a connection to try again. */
    private void lookForFrontend() {
        long deadlineNs = isPaused ? pauseEndNs : source.deadlineNs();
        if (deadlineNs != NO_DEADLINE && clock.nanoTime() - deadlineNs >= 0) {
            isPaused = false;
            takeIn();
        }
    }

    @Override
    public boolean prepareToBlock() {
        if (session != null && !session.isServing()) {
            return true;
        }
        try {
            isDevicePrepared = true;
            return device.prepareToBlock();
        } catch (RuntimeException e) {
            onFault(e);
            return false;
        }
    }

    @Override
    public void onWake() {
        if (!isDevicePrepared) {
            return;
        }
        isDevicePrepared = false;
        try {
            device.onWake();
        } catch (RuntimeException e) {
            onFault(e);
        }
    }

    @Override
    public long deadlineNs() {
        return move == null ? workNs() : Agent.earlier(workNs(), move.deadlineNs());
    }

    private long workNs() {
        if (session != null) {
            return session.isClosed() ? clock.nanoTime() : session.deadlineNs();
        }
        return isPaused ? pauseEndNs : source.deadlineNs();
    }

    @Override
    public void onMemoryFault() {
        try {
            if (session != null) {
                session.checkMemory();
            }
        } catch (RuntimeException e) {
            onFault(e);
        }
    }

    /** A fault of this program: ends this session, the others go on. */
    private void onFault(RuntimeException fault) {
        log.error("frontend=closed reason=\"fault while serving it\"", fault);
        endSession();
    }

    private void endSession() {
        if (session != null) {
            session.close();
            session = null;
        }
    }

    DeviceStatus status() {
        forgetClosedSession();
        return new DeviceStatus(
                name,
                source.description(),
                Optional.ofNullable(session).map(VhostUserSession::status),
                log.faults(),
                device.counters());
    }

    /**
     * Begins to end: takes nothing more from the guest. A frontend that finds another server later
     * goes on behind the last answer it has got, so nothing may be in the middle then.
     */
    void quiesce() {
        watch(false);
        if (session != null) {
            session.quiesce();
        }
    }

    /** Whether the guest has been answered all that was taken from it. */
    boolean isQuiet() {
        return session == null || session.isClosed() || session.inFlight() == 0;
    }

    /** Begins to leave its worker for another one; goes on meanwhile with what is in flight. */
    void begin(DeviceMove newMove) {
        if (isClosed) {
            newMove.onClosed();
            return;
        }
        move = newMove;
        device.hold(true);
    }

    /** Whether it is in the middle of nothing that must be ended on this worker. */
    boolean canLeave() {
        forgetClosedSession();
        return session == null || session.canLeave();
    }

    /** Watches nothing until {@link #join}. */
    void leave() {
        watch(false);
        if (session != null) {
            session.leave();
        }
    }

    /** Goes on at the worker that it has now: its first look at all rings misses no kick. */
    void join() {
        endMove();
        joinSession();
        if (!isPaused) {
            joinSource();
        }
    }

    /** Goes on where it is. */
    void stay() {
        endMove();
        log.warn("move=given-up reason=\"its requests are not answered\"");
    }

    /** No worker has it after a move, or none can be trusted with it: without one it would hang. */
    void end(Exception reason) {
        log.error("move=failed: the device ends", reason);
        close();
    }

    private void joinSession() {
        try {
            if (session != null) {
                session.join();
            }
        } catch (RuntimeException e) {
            onFault(e);
        }
    }

    private void joinSource() {
        try {
            watch(true);
        } catch (RuntimeException e) {
            pause(e);
        }
    }

    private DeviceMove endMove() {
        DeviceMove ended = move;
        move = null;
        device.hold(false);
        return ended;
    }

    /** Leaves its worker: ends the session, closes the device and the socket. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        DeviceMove ended = move == null ? null : endMove();
        worker.leave();
        watch(false);
        try {
            if (session != null) {
                session.close();
            }
            device.close();
        } finally {
            source.close();
            // Ordering: whoever hears of it may use the device on another thread.
            if (ended != null) {
                ended.onClosed();
            }
        }
    }
}
