// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import io.vrio.common.memory.MemorySlice;
import io.vrio.common.memory.NativeBuffer;
import jnr.ffi.LastError;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/**
 * The system calls of this project, x86-64 and aarch64 Linux. Every call here returns its result,
 * or the negated errno (never -1), so that the data path can judge without an exception; {@link
 * #check} turns it into an {@link ErrnoException} on the control path. All methods may be called by
 * any thread; addresses must be valid for the stated length.
 */
public final class Linux {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ENOSYS = 38;
    public static final int ETIME = 62;
    public static final int EBADFD = 77;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ECONNABORTED = 103;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;
    public static final int EDQUOT = 122;
    public static final int ECANCELED = 125;

    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_NONBLOCK = 0x800;

    /** Bypasses the page cache; the value differs between architectures. */
    public static final int O_DIRECT =
            System.getProperty("os.arch").equals("aarch64") ? 0x10000 : 0x4000;

    private static final LibC C = LibraryLoader.create(LibC.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(C);

    // The same on all architectures.
    private static final int IO_URING_SETUP = 425;
    private static final int IO_URING_ENTER = 426;
    private static final int IO_URING_REGISTER = 427;

    private static final int BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

    private static final int PAGE = 4096;
    private static final int PROTECTION_READ_WRITE = 3;
    private static final int SHRINK_SEAL = 2;
    private static final int MAP_SHARED = 1;
    private static final int PR_SET_TIMERSLACK = 29;

    private Linux() {}

    /** The C library itself, for the few classes of this package that bind structures. */
    static LibC c() {
        return C;
    }

    /** The result, or the negated errno when it is -1. */
    static long result(long result) {
        return result == -1 ? -LastError.getLastError(RUNTIME) : result;
    }

    static int result(int result) {
        return result == -1 ? -LastError.getLastError(RUNTIME) : result;
    }

    /** Throws when {@code result} is a negated errno; else returns it. */
    public static int check(int result, String what) {
        if (result < 0) {
            throw new ErrnoException(what, -result);
        }
        return result;
    }

    /** Throws when {@code result} is a negated errno; else returns it. */
    public static long check(long result, String what) {
        if (result < 0 && result > -PAGE) {
            throw new ErrnoException(what, (int) -result);
        }
        return result;
    }

    /** The C library's sentence for an errno. */
    public static String describe(int errno) {
        return C.strerror(errno);
    }

    /**
     * Proves at start-up that calls of six arguments arrive whole: jnr-ffi's own x86-64 stubs lose
     * the sixth unless {@code jnr.ffi.x86asm.enabled} is false, and a lost mmap offset would map
     * the wrong guest memory.
     *
     * @throws IllegalStateException telling which flag is missing
     */
    public static void selfTest() {
        int fd = check(memfdCreate("vrio-self-test"), "memfd_create");
        try {
            check(ftruncate(fd, 2 * PAGE), "ftruncate");
            long address = mmap(0, PAGE, PROTECTION_READ_WRITE, MAP_SHARED, fd, PAGE);
            boolean isMapped = address > 0;
            if (isMapped) {
                MemorySlice page = new MemorySlice(address, PAGE);
                page.putLong(0, 0x7672696f);
                isMapped = pread(fd, page.address(8, 8), 8, PAGE) == 8;
                isMapped &= page.getLong(8) == 0x7672696f;
                munmap(address, PAGE);
            }
            if (!isMapped) {
                throw new IllegalStateException(
                        "jnr-ffi loses the sixth argument of system calls: start Java with"
                                + " -Djnr.ffi.x86asm.enabled=false (bin/vrio does)");
            }
        } finally {
            close(fd);
        }
    }

    public static long mmap(
            long address, long length, int protection, int flags, int fd, long offset) {
        return result(C.mmap(address, length, protection, flags, fd, offset));
    }

    public static int munmap(long address, long length) {
        return result(C.munmap(address, length));
    }

    public static long mremap(
            long address, long length, long newLength, int flags, long newAddress) {
        return result(C.mremap(address, length, newLength, flags, newAddress));
    }

    public static int madvise(long address, long length, int advice) {
        return result(C.madvise(address, length, advice));
    }

    /** A memory file, closed on exec; it can be sealed. */
    public static int memfdCreate(String name) {
        final int closeOnExec = 1;
        final int allowSealing = 2;
        return result(C.memfd_create(name, closeOnExec | allowSealing));
    }

    /** Fixes the length of a memory file for ever, as QEMU does for its guests' memory. */
    public static int sealLength(int fd) {
        final int addSeals = 1033;
        final int growSeal = 4;
        return fcntl(fd, addSeals, SHRINK_SEAL | growSeal);
    }

    /** Whether nobody can make a file shorter than it is now. */
    public static boolean isKeptFromShrinking(int fd) {
        final int getSeals = 1034;
        int seals = fcntl(fd, getSeals, 0);
        // A file without seals answers EINVAL.
        return seals > 0 && (seals & SHRINK_SEAL) != 0;
    }

    /** A non-blocking event counter, closed on exec. */
    public static int eventfd() {
        return result(C.eventfd(0, O_CLOEXEC | O_NONBLOCK));
    }

    public static long read(int fd, long target, long length) {
        return result(C.read(fd, target, length));
    }

    public static long write(int fd, long source, long length) {
        return result(C.write(fd, source, length));
    }

    public static long writev(int fd, long iovecs, int count) {
        return result(C.writev(fd, iovecs, count));
    }

    public static long pread(int fd, long target, long length, long offset) {
        return result(C.pread(fd, target, length, offset));
    }

    public static long pwrite(int fd, long source, long length, long offset) {
        return result(C.pwrite(fd, source, length, offset));
    }

    public static long preadv(int fd, long iovecs, int count, long offset) {
        return result(C.preadv(fd, iovecs, count, offset));
    }

    public static long pwritev(int fd, long iovecs, int count, long offset) {
        return result(C.pwritev(fd, iovecs, count, offset));
    }

    /** preadv with RWF_ flags, for example RWF_NOWAIT (8). */
    public static long preadv2(int fd, long iovecs, int count, long offset, int flags) {
        return result(C.preadv2(fd, iovecs, count, offset, flags));
    }

    public static int fdatasync(int fd) {
        return result(C.fdatasync(fd));
    }

    public static int fsync(int fd) {
        return result(C.fsync(fd));
    }

    public static int fallocate(int fd, int mode, long offset, long length) {
        return result(C.fallocate(fd, mode, offset, length));
    }

    public static int ftruncate(int fd, long length) {
        return result(C.ftruncate(fd, length));
    }

    public static long lseek(int fd, long offset, int whence) {
        return result(C.lseek(fd, offset, whence));
    }

    public static int flock(int fd, int operation) {
        return result(C.flock(fd, operation));
    }

    /** open(2) with O_CLOEXEC added. */
    public static int open(String path, int flags, int mode) {
        return result(C.open(path, flags | O_CLOEXEC, mode));
    }

    public static int close(int fd) {
        return result(C.close(fd));
    }

    public static int unlink(String path) {
        return result(C.unlink(path));
    }

    /** Makes a node of a character device that its owner alone may use. */
    public static int makeCharacterDevice(String path, int major, int minor) {
        final int characterDevice = 0020000;
        // As glibc's makedev: both numbers are cut in two, for the sake of old ones.
        long device =
                (minor & 0xFFL)
                        | (major & 0xFFFL) << 8
                        | (minor & ~0xFFL) << 12
                        | (major & ~0xFFFL) << 32;
        return result(C.mknod(path, characterDevice | 0600, device));
    }

    public static int fchmod(int fd, int mode) {
        return result(C.fchmod(fd, mode));
    }

    public static int fcntl(int fd, int command, long argument) {
        return result(C.fcntl(fd, command, argument));
    }

    public static int ioctl(int fd, long request, long argument) {
        return result(C.ioctl(fd, request, argument));
    }

    public static int fstatfs(int fd, long statfs) {
        return result(C.fstatfs(fd, statfs));
    }

    /** statx(2); {@code statx} holds 256 bytes. See {@link FileStatus}. */
    public static int statx(int directory, String path, int flags, int mask, long statx) {
        return result(C.statx(directory, path, flags, mask, statx));
    }

    /** socket(2) with SOCK_CLOEXEC added. */
    public static int socket(int domain, int type, int protocol) {
        return result(C.socket(domain, type | O_CLOEXEC, protocol));
    }

    /** socketpair(2) with SOCK_CLOEXEC added; {@code pair} holds two ints. */
    public static int socketpair(int domain, int type, int protocol, long pair) {
        return result(C.socketpair(domain, type | O_CLOEXEC, protocol, pair));
    }

    public static int bind(int fd, long address, int length) {
        return result(C.bind(fd, address, length));
    }

    public static int connect(int fd, long address, int length) {
        return result(C.connect(fd, address, length));
    }

    public static int listen(int fd, int backlog) {
        return result(C.listen(fd, backlog));
    }

    /** accept4(2) without the peer's address; non-blocking and closed on exec. */
    public static int accept(int fd) {
        return result(C.accept4(fd, 0, 0, O_CLOEXEC | O_NONBLOCK));
    }

    public static int shutdown(int fd, int how) {
        return result(C.shutdown(fd, how));
    }

    public static int setsockopt(int fd, int level, int option, long value, int length) {
        return result(C.setsockopt(fd, level, option, value, length));
    }

    /** setsockopt(2) with a number. Control path. */
    public static int setsockopt(int fd, int level, int option, int value) {
        try (NativeBuffer buffer = new NativeBuffer(4)) {
            buffer.slice().putInt(0, value);
            return setsockopt(fd, level, option, buffer.slice().address(0, 4), 4);
        }
    }

    public static int getsockopt(int fd, int level, int option, long value, long length) {
        return result(C.getsockopt(fd, level, option, value, length));
    }

    /** getsockname(2); {@code length} is the address of an int that holds the room there is. */
    public static int getsockname(int fd, long address, long length) {
        return result(C.getsockname(fd, address, length));
    }

    public static long recvmsg(int fd, long message, int flags) {
        return result(C.recvmsg(fd, message, flags));
    }

    public static long sendmsg(int fd, long message, int flags) {
        return result(C.sendmsg(fd, message, flags));
    }

    public static long recv(int fd, long target, long length, int flags) {
        return result(C.recv(fd, target, length, flags));
    }

    public static long send(int fd, long source, long length, int flags) {
        return result(C.send(fd, source, length, flags));
    }

    /** The index of a network interface, or a negated errno. */
    public static int interfaceIndex(String name) {
        int index = C.if_nametoindex(name);
        return index == 0 ? -LastError.getLastError(RUNTIME) : index;
    }

    /** Moves the calling thread, alone, into the network namespace behind a descriptor. */
    public static int enterNetworkNamespace(int fd) {
        final int newNetwork = 0x40000000;
        return result(C.setns(fd, newNetwork));
    }

    public static int setAffinity(int threadId, long size, long mask) {
        return result(C.sched_setaffinity(threadId, size, mask));
    }

    /**
     * How late the kernel may wake the calling thread that waits for a time, so as to wake it
     * together with others: 50 us unless told otherwise; see PR_SET_TIMERSLACK in prctl(2).
     */
    public static void timerSlackNs(long ns) {
        check(result(C.prctl(PR_SET_TIMERSLACK, ns, 0, 0, 0)), "prctl PR_SET_TIMERSLACK");
    }

    /** io_uring_setup(2); {@code parameters} holds 120 bytes. See {@link IoRing}. */
    static int ioUringSetup(int entries, long parameters) {
        return (int) result(C.syscall(IO_URING_SETUP, entries, parameters, 0, 0, 0));
    }

    /** io_uring_enter(2) without a mask of signals. */
    static int ioUringEnter(int fd, int submitCount, int completeMin, int flags) {
        // The kernel looks at the sixth, the length of the mask, only where there is a fifth.
        return (int) result(C.syscall(IO_URING_ENTER, fd, submitCount, completeMin, flags, 0));
    }

    /** io_uring_enter(2); {@code argument} is the address of what {@code flags} say. */
    static int ioUringEnter(
            int fd, int submitCount, int completeMin, int flags, long argument, long length) {
        return (int)
                result(
                        C.syscall(
                                IO_URING_ENTER,
                                fd,
                                submitCount,
                                completeMin,
                                flags,
                                argument,
                                length));
    }

    static int ioUringRegister(int fd, int operation, long argument, int count) {
        return (int) result(C.syscall(IO_URING_REGISTER, fd, operation, argument, count, 0));
    }

    /** bpf(2); {@code attributes} holds {@code length} bytes. See {@link Bpf}. */
    static int bpf(int command, long attributes, int length) {
        return (int) result(C.syscall(BPF, command, attributes, length, 0, 0));
    }

    public static void yield() {
        C.sched_yield();
    }
}
