// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.common.io.DiskProperties;
import io.vrio.common.sys.ErrnoException;
import io.vrio.common.sys.FileLock;
import io.vrio.common.sys.FileStatus;
import io.vrio.common.sys.FileSystemStatus;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The open, locked and checked file or block device of one disk. Owned by a {@link FileDisk};
 * control path. What cannot be opened is told in one line, and a file made in vain is removed.
 */
final class BackingFile implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;
    private static final int SEEK_END = 2;
    private static final int PAGE = 4096;

    private final FileSpec spec;
    private final int fd;
    private final FileStatus status;
    private final FileSystemStatus fileSystem;
    private final boolean isCreated;
    private long length;

    private BackingFile(FileSpec spec, int fd, boolean isCreated) {
        this.spec = spec;
        this.fd = fd;
        this.isCreated = isCreated;
        status = FileStatus.ofDescriptor(fd);
        fileSystem = FileSystemStatus.ofDescriptor(fd);
        length = isDevice() ? Linux.check(Linux.lseek(fd, 0, SEEK_END), "lseek") : status.length();
    }

    static BackingFile open(FileSpec spec) throws BackendException {
        int fd = openDescriptor(spec);
        boolean isCreated = fd < 0;
        if (isCreated) {
            fd = create(spec);
        }
        try {
            BackingFile file = new BackingFile(spec, fd, isCreated);
            file.lock();
            if (isCreated) {
                file.fillNew();
            }
            file.checkLength();
            if (spec.isPreallocated()) {
                file.preallocate(0, file.length);
            }
            if (isCreated) {
                file.persistName();
            }
            return file;
        } catch (BackendException | ErrnoException e) {
            if (isCreated) {
                Linux.unlink(spec.path().toString());
            }
            Linux.close(fd);
            throw e instanceof BackendException line ? line : failed(spec, (ErrnoException) e);
        }
    }

    /** The descriptor of what is there; -1 when nothing is there and a size says to make it. */
    private static int openDescriptor(FileSpec spec) throws BackendException {
        FileStatus status;
        try {
            status = FileStatus.ofPath(spec.path().toString());
        } catch (ErrnoException e) {
            boolean mayCreate = spec.size() > 0 && !spec.options().isReadOnly();
            if (e.errno() == Linux.ENOENT && mayCreate) {
                return -1;
            }
            throw failed(spec, e);
        }
        switch (status.kind()) {
            case DIRECTORY -> throw line(spec, "is a folder, not a file or block device");
            case OTHER -> throw line(spec, "is neither a regular file nor a block device");
            case REGULAR, BLOCK_DEVICE -> {}
        }
        int flags = flags(spec);
        if (status.kind() == FileStatus.Kind.BLOCK_DEVICE && !spec.options().isReadOnly()) {
            // On a device: fails when it is mounted or part of something else.
            flags |= Linux.O_EXCL;
        }
        int fd = Linux.open(spec.path().toString(), flags, 0);
        if (fd < 0) {
            throw failed(spec, new ErrnoException("open", -fd));
        }
        return fd;
    }

    private static int create(FileSpec spec) throws BackendException {
        int flags = flags(spec) | Linux.O_CREAT | Linux.O_EXCL;
        int fd = Linux.open(spec.path().toString(), flags, OWNER_ONLY);
        if (fd == -Linux.EINVAL && spec.isDirect()) {
            // The kernel makes the file before it finds that O_DIRECT is not possible.
            Linux.unlink(spec.path().toString());
        }
        if (fd < 0) {
            throw failed(spec, new ErrnoException("create", -fd));
        }
        return fd;
    }

    private static int flags(FileSpec spec) {
        int access = spec.options().isReadOnly() ? Linux.O_RDONLY : Linux.O_RDWR;
        return spec.isDirect() ? access | Linux.O_DIRECT : access;
    }

    private void lock() throws BackendException {
        boolean isLocked =
                spec.options().isReadOnly()
                        ? FileLock.acquireForReading(fd)
                        : FileLock.acquireForWriting(fd);
        if (!isLocked) {
            throw line(spec, "is in use by another disk or process; stop that first");
        }
    }

    private void fillNew() throws BackendException {
        checkFits(spec.size());
        Linux.check(Linux.ftruncate(fd, spec.size()), "set the length");
        length = spec.size();
    }

    private void checkLength() throws BackendException {
        int block = spec.options().blockSizeOr(DiskProperties.SECTOR);
        if (spec.size() > 0 && spec.size() != length) {
            throw line(
                    spec,
                    "has "
                            + length
                            + " bytes but size= says "
                            + spec.size()
                            + "; correct size= or leave it out");
        }
        if (length == 0) {
            throw line(spec, "is empty; give it a length, or remove it and say size=SIZE");
        }
        if (length % block != 0) {
            throw line(
                    spec,
                    "has %d bytes, which is not a multiple of %d; `truncate -s %%%d FILE` adds what is missing"
                            .formatted(length, block, block));
        }
    }

    private void checkFits(long newLength) throws BackendException {
        long total = fileSystem.totalLength();
        if (total > 0 && newLength > total) {
            throw line(
                    spec,
                    newLength
                            + " bytes are more than its whole file system has ("
                            + total
                            + "); choose a smaller size or another place");
        }
    }

    private void preallocate(long offset, long newLength) throws BackendException {
        if (isDevice()) {
            return;
        }
        long missing = newLength - FileStatus.ofDescriptor(fd).allocatedLength();
        long free = FileSystemStatus.ofDescriptor(fd).freeLength();
        if (missing > free) {
            throw line(
                    spec,
                    "preallocate needs "
                            + missing
                            + " bytes more, its file system has "
                            + free
                            + " free; make room or choose a smaller size");
        }
        int result = Linux.fallocate(fd, 0, offset, newLength - offset);
        if (result == -Linux.EOPNOTSUPP) {
            throw line(spec, "its file system cannot preallocate; leave preallocate out");
        }
        Linux.check(result, "preallocate");
    }

    /** A file that was promised must still be there after a power failure. */
    private void persistName() {
        Linux.check(Linux.fsync(fd), "fsync");
        int folder = Linux.check(Linux.open(spec.path().getParent().toString(), 0, 0), "open");
        try {
            Linux.check(Linux.fsync(folder), "fsync of the folder");
        } finally {
            Linux.close(folder);
        }
    }

    /** Changes the length; as before when it throws. */
    void resize(long newLength) throws BackendException {
        if (isDevice()) {
            length = Linux.check(Linux.lseek(fd, 0, SEEK_END), "lseek");
            if (newLength != length) {
                throw line(spec, "is a device of " + length + " bytes; resize the device first");
            }
            return;
        }
        long oldLength = length;
        try {
            if (newLength > oldLength) {
                checkFits(newLength);
            }
            if (newLength > oldLength && spec.isPreallocated()) {
                preallocate(oldLength, newLength);
            }
            Linux.check(Linux.ftruncate(fd, newLength), "set the length");
            Linux.check(Linux.fsync(fd), "fsync");
            length = newLength;
        } catch (BackendException | ErrnoException e) {
            if (newLength > oldLength) {
                Linux.ftruncate(fd, oldLength);
            }
            throw e instanceof BackendException line ? line : failed(spec, (ErrnoException) e);
        }
    }

    int fd() {
        return fd;
    }

    long length() {
        return length;
    }

    boolean isDevice() {
        return status.kind() == FileStatus.Kind.BLOCK_DEVICE;
    }

    /** Whether a sync has nothing to wait for: the file lives in memory alone. */
    boolean isMemory() {
        return !isDevice() && fileSystem.isMemory();
    }

    long allocatedLength() {
        return isDevice() ? length : FileStatus.ofDescriptor(fd).allocatedLength();
    }

    /** What is asked of transfers; the page where the kernel does not say. */
    DirectAlignment alignment() {
        if (!spec.isDirect()) {
            return DirectAlignment.NONE;
        }
        int memory = status.directMemoryAlignment();
        int offset = status.directOffsetAlignment();
        return new DirectAlignment(memory == 0 ? PAGE : memory, offset == 0 ? PAGE : offset);
    }

    /** Whether space can be given back; finds out without changing anything. */
    boolean isDiscardSupported() {
        if (spec.options().isReadOnly()) {
            return false;
        }
        if (!isDevice()) {
            // Behind the end there is nothing to lose.
            return Linux.fallocate(fd, RangeCalls.PUNCH_HOLE, length, PAGE) == 0;
        }
        Path queue = Path.of("/sys/dev/block", status.device(), "queue/discard_max_bytes");
        Path ofWholeDisk = Path.of("/sys/dev/block", status.device(), "../queue/discard_max_bytes");
        try {
            Path found = Files.exists(queue) ? queue : ofWholeDisk;
            return !Files.readString(found).strip().equals("0");
        } catch (IOException e) {
            return false;
        }
    }

    /** Another one when the file is another one. */
    String identity() {
        return isDevice()
                ? "device " + status.device()
                : "file " + status.fileSystem() + " " + status.inode() + " " + status.birthNs();
    }

    /** Removes the file if opening has made it. */
    void undoCreation() {
        if (isCreated) {
            Linux.unlink(spec.path().toString());
        }
    }

    @Override
    public void close() {
        Linux.close(fd);
    }

    private static BackendException failed(FileSpec spec, ErrnoException e) {
        boolean isReadOnly = spec.options().isReadOnly();
        return switch (e.errno()) {
            case Linux.ENOENT -> missing(spec);
            case Linux.EACCES, Linux.EPERM ->
                    line(
                            spec,
                            isReadOnly
                                    ? "no permission to read it; change its owner or mode"
                                    : "no permission to write it; change its owner or mode, or"
                                            + " say readonly");
            case Linux.EROFS -> line(spec, "its file system is read-only; say readonly");
            case Linux.EBUSY -> line(spec, "is mounted or used by the kernel; release it first");
            case Linux.EFBIG -> line(spec, "its file system cannot hold a file of this length");
            case Linux.ENOSPC -> line(spec, "its file system is full; make room first");
            case Linux.EINVAL ->
                    line(
                            spec,
                            spec.isDirect()
                                    ? "its file system does not support direct; leave it out"
                                    : e.getMessage());
            default -> line(spec, e.getMessage());
        };
    }

    private static BackendException missing(FileSpec spec) {
        Path folder = spec.path().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            return line(spec, "the folder " + folder + " does not exist; make it first");
        }
        return spec.options().isReadOnly()
                ? line(spec, "no such file; a read-only disk cannot be made")
                : line(spec, "no such file; say size=SIZE to have it made");
    }

    private static BackendException line(FileSpec spec, String problem) {
        return new BackendException(spec.path() + ": " + problem);
    }
}
