// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.simulation;

import io.vrio.common.agent.Agent;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.memory.GuestRam;
import io.vrio.server.virtqueue.RingDriver;
import io.vrio.server.virtqueue.RingFormat;
import io.vrio.transport.remote.KnownIncarnations;
import io.vrio.transport.remote.SimulatedDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A guest of one disk: begins requests on all its queues as chance has it, and judges every answer.
 * A careful one has no two under way with sectors in common.
 */
final class Guest implements GuestRings, AutoCloseable {
    private static final long PAGE = 4096;
    private static final long GUEST_ADDRESS = 0x1_0000_0000L;
    private static final long FRONTEND_ADDRESS = 0x7000_0000_0000L;

    /** Bytes for rings and tables of all queues, at most. */
    private static final long RINGS_LENGTH = 512 << 10;

    /** Sectors that are asked for more often than others. */
    private static final int HOT_SECTORS = 40;

    /** Limit: requests under way that one more may overlap with. */
    private static final int OVERLAPS_MAX = 4;

    /** Limit: requests that a guest begins before the device may look. */
    private static final int TOGETHER_MAX = 4;

    /** So many flushes are begun soon after a crash, before and after the guest has heard of it. */
    private static final int FLUSHES_AFTER_CRASH = 40;

    private static final int OK = 0;
    private static final int IO_ERROR = 1;
    private static final int UNSUPPORTED = 2;

    private final int index;
    private final String diskName;
    private final Scenario scenario;
    private final NanoClock clock;
    private final Journal journal;
    private final SplittableRandom random;
    private final GuestRam ram;
    private final GuestRam kept;
    private final NativeBuffer scratch;
    private final SectorHistory history;
    private final List<GuestQueue> queues = new ArrayList<>();
    private final int sectors;
    private int requestsLeft;
    private int flushesLeft;
    private long nextNs;
    private long ended;
    private long errors;
    private long flushErrors;
    private int sweepSector = -1;
    private final KnownIncarnations incarnations = KnownIncarnations.forgetful();
    private boolean hasMetDisk;

    Guest(Scenario scenario, int index, NanoClock clock, Journal journal) {
        this.index = index;
        diskName = "disk" + index;
        this.scenario = scenario;
        this.clock = clock;
        this.journal = journal;
        random = new SplittableRandom(scenario.seed() ^ 0x6E57 + index);
        Scenario.Load load = scenario.load();
        int longest = load.sectorsMax() * SectorHistory.SECTOR + RequestMemory.OVERHEAD;
        long requestsLength = (long) longest * load.depth() * scenario.rings().count();
        ram =
                new GuestRam(
                        (RINGS_LENGTH + 2 * requestsLength) / PAGE * PAGE,
                        GUEST_ADDRESS,
                        FRONTEND_ADDRESS);
        RingFormat format = RingFormat.of(scenario.rings().features());
        long logLength = scenario.rings().count() * format.logLength(scenario.rings().size());
        kept = new GuestRam((logLength + PAGE - 1) / PAGE * PAGE, 0, 0);
        scratch = new NativeBuffer(longest);
        sectors = (int) (scenario.disk().capacity() / SectorHistory.SECTOR);
        history = new SectorHistory(sectors, scenario.rings().isWriteThrough());
        // The rings first, so that they are together at the start of memory.
        Scenario.Rings rings = scenario.rings();
        List<RingDriver> drivers = new ArrayList<>();
        for (int i = 0; i < rings.count(); i++) {
            drivers.add(RingDriver.of(ram, rings.size(), rings.features()));
        }
        drivers.forEach(
                driver -> queues.add(new GuestQueue(scenario, driver, scratch, random.split())));
        requestsLeft = load.requests();
        nextNs = clock.nanoTime();
    }

    /** Of the guests with disks. */
    int index() {
        return index;
    }

    String diskName() {
        return diskName;
    }

    @Override
    public GuestRam ram() {
        return ram;
    }

    @Override
    public GuestRam kept() {
        return kept;
    }

    @Override
    public int ringCount() {
        return queues.size();
    }

    @Override
    public GuestRing ring(int index) {
        return queues.get(index).ring();
    }

    @Override
    public long features() {
        return scenario.rings().features();
    }

    @Override
    public void onStart(int index) {
        queues.get(index).onStart(history.now());
    }

    @Override
    public boolean isTakenAtOnce(int index) {
        return true;
    }

    /** What the servers of its host know from each other. */
    KnownIncarnations incarnations() {
        return incarnations;
    }

    /** Some server of this guest has had the disk. */
    void onDiskMet() {
        hasMetDisk = true;
    }

    /** The I/O host has lost what was not flushed. */
    void onCrash(MemorySlice content) {
        history.onCrash(content, hasMetDisk);
        boolean isAnxious = scenario.isAnxious() && !scenario.rings().isWriteThrough();
        flushesLeft = isAnxious ? FLUSHES_AFTER_CRASH : 0;
    }

    SectorHistory history() {
        return history;
    }

    /** Requests that ended with an I/O error, flushes not counted. */
    long errors() {
        return errors;
    }

    long flushErrors() {
        return flushErrors;
    }

    long ended() {
        return ended;
    }

    /** Requests that it has begun. */
    int begun() {
        return scenario.load().requests() - requestsLeft;
    }

    int underWay() {
        int count = 0;
        for (GuestQueue queue : queues) {
            count += queue.underWay();
        }
        return count;
    }

    /** Whether it has begun all that it wanted. */
    boolean hasBegunAll() {
        return requestsLeft == 0;
    }

    /** At the end: reads the whole disk once, request by request. */
    void beginSweep() {
        sweepSector = 0;
        requestsLeft = Integer.MAX_VALUE;
        nextNs = clock.nanoTime();
    }

    /**
     * Takes back what has ended, then begins what is due.
     *
     * @param kick to be run when the device wants to be told
     */
    int doWork(Runnable kick) {
        int work = 0;
        queues.forEach(queue -> queue.noticeUsed(this::onUsed));
        for (GuestQueue queue : queues) {
            work += queue.takeUsed(this::onEnd);
        }
        if (requestsLeft > 0 && nextNs - clock.nanoTime() <= 0) {
            work += beginSome(kick);
        }
        return work;
    }

    /** One, or for an anxious guest some at once, so that the device finds them together. */
    private int beginSome(Runnable kick) {
        int count = scenario.isAnxious() ? 1 + random.nextInt(TOGETHER_MAX) : 1;
        int work = 0;
        for (int i = 0; i < count && requestsLeft > 0; i++) {
            work += beginOne(kick);
        }
        return work;
    }

    /** Begins its next request at once. */
    void hurry() {
        nextNs = clock.nanoTime();
    }

    /** When the next request begins if there is room for it, or {@code Agent.NO_DEADLINE}. */
    long nextDeadlineNs() {
        for (GuestQueue queue : queues) {
            if (requestsLeft > 0 && queue.hasRoom()) {
                return nextNs;
            }
        }
        return Agent.NO_DEADLINE;
    }

    private int beginOne(Runnable kick) {
        nextNs = clock.nanoTime() + thinkNs();
        GuestQueue queue = queues.get(random.nextInt(queues.size()));
        if (!queue.hasRoom()) {
            return 0;
        }
        GuestRequest request = queue.take();
        choose(request);
        if (!mayBegin(request)) {
            queue.giveBack(request);
            return 0;
        }
        advanceSweep(request);
        begin(request);
        GuestRequest.Name name = request.name();
        journal.note(() -> diskName + " begin " + name);
        if (queue.offer(request)) {
            kick.run();
        }
        return 1;
    }

    private long thinkNs() {
        // Mostly in bursts, so that queues are full and rings wrap.
        return random.nextInt(4) == 0 ? random.nextLong(scenario.load().thinkMaxNs()) : 100;
    }

    private void choose(GuestRequest request) {
        int sectorsMax = scenario.load().sectorsMax();
        if (sweepSector >= 0) {
            request.kind = GuestRequest.Kind.READ;
            request.first = sweepSector;
            request.count = Math.min(sectorsMax, sectors - sweepSector);
            return;
        }
        request.kind = chooseKind();
        request.count =
                1 + random.nextInt(random.nextBoolean() ? Math.min(sectorsMax, 8) : sectorsMax);
        int range = random.nextBoolean() ? Math.min(sectors, HOT_SECTORS + sectorsMax) : sectors;
        request.first = random.nextInt(range - request.count + 1);
        if (request.kind == GuestRequest.Kind.READ_BEYOND) {
            request.first = sectors - request.count + 1 + random.nextInt(request.count);
        }
    }

    private GuestRequest.Kind chooseKind() {
        int choice = random.nextInt(100);
        if (flushesLeft > 0 && choice % 2 == 0) {
            flushesLeft--;
            return GuestRequest.Kind.FLUSH;
        }
        if (choice < 42) {
            return GuestRequest.Kind.WRITE;
        }
        if (choice < 84) {
            return GuestRequest.Kind.READ;
        }
        if (choice < 91 && !scenario.rings().isWriteThrough()) {
            return GuestRequest.Kind.FLUSH;
        }
        if (choice < 94) {
            return GuestRequest.Kind.WRITE_ZEROES;
        }
        if (choice < 97) {
            return GuestRequest.Kind.DISCARD;
        }
        return choice < 98
                ? GuestRequest.Kind.GET_ID
                : choice < 99 ? GuestRequest.Kind.UNKNOWN : GuestRequest.Kind.READ_BEYOND;
    }

    /** A careful guest has no requests under way that overlap, others have a few. */
    private boolean mayBegin(GuestRequest request) {
        int overlaps = 0;
        for (GuestQueue queue : queues) {
            overlaps += queue.overlaps(request);
        }
        boolean isCareless = scenario.load().isCareless() && overlaps < OVERLAPS_MAX;
        return overlaps == 0 || isCareless && history.mayBegin(request.first, request.count);
    }

    private void advanceSweep(GuestRequest request) {
        requestsLeft--;
        if (sweepSector >= 0) {
            sweepSector += request.count;
            requestsLeft = sweepSector == sectors ? 0 : requestsLeft;
        }
    }

    private void begin(GuestRequest request) {
        request.operation = null;
        request.version = 0;
        switch (request.kind) {
            case WRITE ->
                    request.operation = history.beginChange(request.first, request.count, false);
            case WRITE_ZEROES, DISCARD ->
                    request.operation = history.beginChange(request.first, request.count, true);
            case READ -> request.operation = history.beginRead(request.first, request.count);
            case FLUSH, GET_ID, UNKNOWN, READ_BEYOND -> {
                // Neither finds nor changes sectors.
            }
        }
        boolean isChange = request.operation != null && !request.operation.isRead();
        request.version = isChange ? request.operation.version : 0;
        request.begunAt = history.now();
    }

    /** The device has given a request back; the guest has not looked yet. */
    private void onUsed(GuestRequest request) {
        boolean isFlush = request.kind == GuestRequest.Kind.FLUSH;
        if (isFlush && request.status() == IO_ERROR) {
            history.onFlushFailed(request.servedSince);
        } else if (request.version > 0 && request.status() == OK) {
            history.onUsed(request.operation);
        }
    }

    private void onEnd(GuestRequest request, int usedLength) {
        ended++;
        int status = request.status();
        GuestRequest.Name name = request.name();
        journal.note(() -> diskName + " end " + name + " status " + status);
        int expectedLength = request.usedLength(status == OK);
        if (usedLength != expectedLength) {
            throw new AssertionError(request + " used " + usedLength + " not " + expectedLength);
        }
        switch (status) {
            case OK -> onOk(request);
            case IO_ERROR -> onError(request);
            case UNSUPPORTED -> expect(request, GuestRequest.Kind.UNKNOWN, status);
            default -> throw new AssertionError(request + " ended with status " + status);
        }
    }

    private static void expect(GuestRequest request, GuestRequest.Kind kind, int status) {
        if (request.kind != kind) {
            throw new AssertionError(request + " ended with status " + status);
        }
    }

    private void onOk(GuestRequest request) {
        switch (request.kind) {
            case READ -> history.onRead(request.operation, request.data());
            case WRITE, WRITE_ZEROES -> history.onChanged(request.operation);
            case DISCARD -> history.onDiscarded(request.operation);
            case FLUSH -> history.onFlushed(request.begunAt, request.servedSince);
            case GET_ID -> checkSerial(request);
            case UNKNOWN, READ_BEYOND -> expect(request, null, OK);
        }
    }

    private static void checkSerial(GuestRequest request) {
        byte[] serial = new byte[20];
        request.data().getBytes(0, serial, 0, serial.length);
        String text = new String(serial, StandardCharsets.US_ASCII).replace("\0", "");
        if (!text.equals(SimulatedDisk.SERIAL)) {
            throw new AssertionError("the serial reads " + text);
        }
    }

    private void onError(GuestRequest request) {
        switch (request.kind) {
            case FLUSH -> flushErrors++;
            case READ, WRITE, WRITE_ZEROES, DISCARD -> {
                errors++;
                history.onFailed(request.operation);
            }
            case GET_ID -> errors++;
            case READ_BEYOND -> {
                // As it should.
            }
            case UNKNOWN -> expect(request, null, IO_ERROR);
        }
    }

    @Override
    public void reset() {
        journal.note(diskName + " guest starts anew");
        queues.forEach(queue -> queue.reset(this::onForgotten));
        kept.slice().fill(0, kept.slice().length(), (byte) 0);
        history.onReset();
    }

    private void onForgotten(GuestRequest request) {
        if (request.operation != null) {
            history.onFailed(request.operation);
        }
    }

    void checkUntouched() {
        queues.forEach(GuestQueue::checkUntouched);
    }

    @Override
    public void close() {
        queues.forEach(GuestQueue::close);
        ram.close();
        kept.close();
        scratch.close();
    }
}
