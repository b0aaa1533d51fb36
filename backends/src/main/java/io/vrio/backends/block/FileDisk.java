// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.memory.SliceList;
import io.vrio.common.sys.Linux;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * A disk in a regular file or on a block device. What the page cache answers is done on the
 * worker's thread, straight from and to the request's memory; what may wait for a device for long
 * goes to the disk's {@link SlowLane}, or to its {@link RingLane} where it bypasses the page cache.
 * One worker.
 */
public final class FileDisk implements BackendDisk, BlockPort, RingLane.Owner {
    private final BackingFile file;
    private final FileCalls calls;
    private final String bootId = Host.bootId();
    private final Transfer transfer;
    private final RangeCalls ranges;
    private final String name;
    private final FlushGroup flushes;
    private final SerialAnswer serial;
    private final FileSpec spec;
    private final boolean isDirect;
    private final boolean mayTryCached;
    private SlowLane lane;

    /** Null without io_uring. */
    private RingLane ring;

    /** One per thread of the lane at most; made when needed. */
    private final ArrayBlockingQueue<Transfer> laneTransfers =
            new ArrayBlockingQueue<>(SlowLane.THREADS_MAX + 1);

    // Made once: a method reference per request would be garbage.
    private final SlowLane.Operation readRest = this::readRest;
    private final SlowLane.Operation write = this::writeAll;
    private final SlowLane.Operation discard = this::discard;
    private final SlowLane.Operation writeZeroes = this::writeZeroes;
    private final SlowLane.Operation sync = this::sync;

    private DiskProperties properties;
    private Runnable listener;
    private boolean isClosed;

    private FileDisk(BackingFile file, FileSpec spec, DiskContext context, FileCalls calls)
            throws BackendException {
        this.file = file;
        this.spec = spec;
        this.calls = calls;
        name = context.name();
        isDirect = spec.isDirect();
        properties = properties(file, spec, context);
        transfer = new Transfer(calls, file.fd(), file.alignment());
        ranges = new RangeCalls(calls, file.fd(), file.isDevice());
        lane = new SlowLane(name, context.worker());
        ring = ringLane(context.worker());
        if (ring == null && spec.io() == DirectIo.URING && problem(context.worker()) != null) {
            throw new BackendException(
                    spec.path()
                            + ": no io_uring: "
                            + problem(context.worker())
                            + "; leave io=uring out");
        }
        flushes = new FlushGroup(this::beginSync);
        serial = new SerialAnswer(properties.serial());
        mayTryCached = !isDirect && canReadCached();
    }

    /** Opens the file; makes it when its size is given and it is missing. */
    public static FileDisk open(FileSpec spec, DiskContext context) throws BackendException {
        return open(spec, context, FileCalls.LINUX);
    }

    static FileDisk open(FileSpec spec, DiskContext context, FileCalls calls)
            throws BackendException {
        BackingFile file = BackingFile.open(spec);
        try {
            return new FileDisk(file, spec, context, calls);
        } catch (BackendException e) {
            file.undoCreation();
            file.close();
            throw e;
        }
    }

    /** Null where the threads do everything. */
    private RingLane ringLane(DiskWorker worker) {
        DiskRing found = wantedRing(worker);
        return found == null || found.problem() != null
                ? null
                : new RingLane(found, file.fd(), file.alignment(), this);
    }

    /** Why there is no ring although one is wanted, or null. */
    private String problem(DiskWorker worker) {
        DiskRing found = wantedRing(worker);
        return found == null ? null : found.problem();
    }

    private DiskRing wantedRing(DiskWorker worker) {
        // What lives in memory never waits, and the kernel would only lend it to its own threads.
        boolean isWanted = isDirect && !file.isMemory() && spec.io() != DirectIo.THREADS;
        return isWanted ? worker.ring() : null;
    }

    private static DiskProperties properties(BackingFile file, FileSpec spec, DiskContext context)
            throws BackendException {
        DiskOptions options = spec.options();
        int smallest = Math.max(DiskProperties.SECTOR, file.alignment().length());
        int blockSize = options.blockSizeOr(smallest);
        if (blockSize < smallest || file.length() % blockSize != 0) {
            throw new BackendException(
                    spec.path()
                            + ": direct needs whole blocks of "
                            + smallest
                            + " bytes here; choose blocksize and size so, or leave direct out");
        }
        return new DiskProperties(
                file.length(),
                blockSize,
                Math.max(blockSize, 4096),
                0,
                options.isReadOnly(),
                true,
                file.isDiscardSupported(),
                context.serial(options));
    }

    /** Memory file systems never wait and some others cannot tell: then reads are plain reads. */
    private boolean canReadCached() {
        try (NativeBuffer buffer = new NativeBuffer(SliceList.IOVEC_LENGTH + 1)) {
            buffer.slice().putLong(0, buffer.slice().address(SliceList.IOVEC_LENGTH, 1));
            buffer.slice().putLong(8, 1);
            long iovec = buffer.slice().address(0, SliceList.IOVEC_LENGTH);
            long result = calls.readCached(file.fd(), iovec, 1, 0);
            return result == 1 || result == -Linux.EAGAIN;
        }
    }

    @Override
    public DiskProperties properties() {
        return properties;
    }

    @Override
    public BlockPort port() {
        return this;
    }

    @Override
    public void onPropertiesChange(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void submit(BlockRequest request) {
        IoStatus refusal = properties.check(request);
        IoStatus status = refusal == IoStatus.OK ? execute(request) : refusal;
        if (status != null) {
            request.complete(status);
        }
    }

    /** Returns how the request ended, or null when it ends later. */
    private IoStatus execute(BlockRequest request) {
        return switch (request.kind()) {
            case READ -> ring == null ? onRead(request) : byRing(request);
            case WRITE -> onWrite(request);
            case FLUSH -> onFlush(request);
            case DISCARD -> ring == null || file.isDevice() ? rest(request, 0) : byRing(request);
            case WRITE_ZEROES -> ring == null ? rest(request, 0) : byRing(request);
            case GET_ID -> serial.answer(request);
        };
    }

    private IoStatus byRing(BlockRequest request) {
        ring.submit(request);
        return null;
    }

    private IoStatus onRead(BlockRequest request) {
        if (isDirect) {
            return rest(request, 0);
        }
        if (!mayTryCached) {
            return transfer.read(request, 0);
        }
        long done = transfer.readCached(request);
        return done == request.length() ? IoStatus.OK : rest(request, done);
    }

    private IoStatus onWrite(BlockRequest request) {
        if (ring != null) {
            return byRing(request);
        }
        return isDirect ? rest(request, 0) : transfer.write(request, 0);
    }

    private IoStatus onFlush(BlockRequest request) {
        if (file.isMemory()) {
            // Nothing to wait for, and a trip through the lane costs two wake-ups.
            return calls.sync(file.fd()) == 0 ? IoStatus.OK : IoStatus.IO_ERROR;
        }
        flushes.submit(request);
        return null;
    }

    private void beginSync(BlockRequest leader) {
        if (ring == null) {
            rest(leader, 0);
        } else {
            ring.submit(leader);
        }
    }

    @Override
    public IoStatus onSynced(int result) {
        return flushes.onSynced(result);
    }

    @Override
    public void executeRest(BlockRequest request, long done) {
        rest(request, done);
    }

    /** Has a thread of the lane do what is left to do, but for the bytes that were moved. */
    private IoStatus rest(BlockRequest request, long done) {
        SlowLane.Operation operation =
                switch (request.kind()) {
                    case READ -> readRest;
                    case WRITE -> write;
                    case FLUSH -> sync;
                    case DISCARD -> discard;
                    case WRITE_ZEROES -> writeZeroes;
                    case GET_ID -> throw new IllegalStateException("a serial is at hand");
                };
        lane.submit(request, done, operation);
        return null;
    }

    // From here to sync: on a thread of the lane.

    private IoStatus readRest(BlockRequest request, long done) {
        Transfer own = takeTransfer();
        try {
            return own.read(request, done);
        } finally {
            laneTransfers.offer(own);
        }
    }

    private IoStatus writeAll(BlockRequest request, long done) {
        Transfer own = takeTransfer();
        try {
            return own.write(request, done);
        } finally {
            laneTransfers.offer(own);
        }
    }

    private Transfer takeTransfer() {
        Transfer own = laneTransfers.poll();
        return own == null ? new Transfer(calls, file.fd(), file.alignment()) : own;
    }

    private IoStatus discard(BlockRequest request, long done) {
        return ranges.discard(request);
    }

    private IoStatus writeZeroes(BlockRequest request, long done) {
        return ranges.writeZeroes(request);
    }

    private IoStatus sync(BlockRequest request, long done) {
        return flushes.onSynced(calls.sync(file.fd()));
    }

    @Override
    public void moveTo(DiskWorker worker) {
        lane.close();
        lane = new SlowLane(name, worker);
        if (ring != null) {
            ring.close();
        }
        // Where there is none, the worker's ring says why, and the threads do everything.
        ring = ringLane(worker);
    }

    @Override
    public void abandonRequests() {
        flushes.abandonWaiting();
        if (ring != null) {
            ring.abandon();
        }
        lane.abandon();
    }

    @Override
    public void resize(long capacity, boolean mayShrink) throws BackendException {
        Capacity.checkChange(properties, capacity, mayShrink);
        boolean isBusy = lane.underWayCount() > 0 || ring != null && ring.underWayCount() > 0;
        if (capacity < properties.capacity() && isBusy) {
            // One of them could write behind the new end and make the file long again.
            throw new BackendException(
                    "cannot shrink while slow requests are under way; try again");
        }
        file.resize(capacity);
        properties = properties.withCapacity(capacity);
        if (listener != null) {
            listener.run();
        }
    }

    @Override
    public long allocatedLength() {
        return file.allocatedLength();
    }

    @Override
    public String identity() {
        return file.identity() + " boot " + bootId;
    }

    @Override
    public String failure() {
        return flushes.isLost()
                ? "a flush failed, writes since the one before may be lost; check the storage and"
                        + " the guest's file system, then attach the disk again"
                : null;
    }

    @Override
    public void undoCreation() {
        file.undoCreation();
    }

    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        if (ring != null) {
            ring.close();
        }
        lane.close();
        isClosed = true;
        for (Transfer own = laneTransfers.poll(); own != null; own = laneTransfers.poll()) {
            own.close();
        }
        ranges.close();
        transfer.close();
        file.close();
    }
}
