// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import jnr.ffi.annotations.IgnoreError;

/**
 * The C library as jnr-ffi binds it: native addresses are longs, descriptors ints. Only {@link
 * Linux} calls it. Calls of 6 arguments need {@code -Djnr.ffi.x86asm.enabled=false}; see {@link
 * Linux#selfTest}.
 */
public interface LibC {
    long mmap(long address, long length, int protection, int flags, int fd, long offset);

    int munmap(long address, long length);

    long mremap(long address, long length, long newLength, int flags, long newAddress);

    int madvise(long address, long length, int advice);

    int memfd_create(String name, int flags);

    int eventfd(int initial, int flags);

    int epoll_create1(int flags);

    int epoll_ctl(int epoll, int operation, int fd, long event);

    int epoll_pwait2(int epoll, long events, int eventsMax, long timeout, long signals);

    long read(int fd, long target, long length);

    long write(int fd, long source, long length);

    long writev(int fd, long iovecs, int count);

    long pread(int fd, long target, long length, long offset);

    long pwrite(int fd, long source, long length, long offset);

    long preadv(int fd, long iovecs, int count, long offset);

    long pwritev(int fd, long iovecs, int count, long offset);

    long preadv2(int fd, long iovecs, int count, long offset, int flags);

    int fdatasync(int fd);

    int fsync(int fd);

    int fallocate(int fd, int mode, long offset, long length);

    int ftruncate(int fd, long length);

    long lseek(int fd, long offset, int whence);

    int flock(int fd, int operation);

    int open(String path, int flags, int mode);

    int close(int fd);

    int unlink(String path);

    int mknod(String path, int mode, long device);

    int fchmod(int fd, int mode);

    int fcntl(int fd, int command, long argument);

    int prctl(int option, long second, long third, long fourth, long fifth);

    int ioctl(int fd, long request, long argument);

    int fstatfs(int fd, long statfs);

    int statx(int directory, String path, int flags, int mask, long statx);

    int socket(int domain, int type, int protocol);

    int socketpair(int domain, int type, int protocol, long pair);

    int bind(int fd, long address, int length);

    int connect(int fd, long address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, long address, long length, int flags);

    int shutdown(int fd, int how);

    int getsockname(int fd, long address, long length);

    int setsockopt(int fd, int level, int option, long value, int length);

    int getsockopt(int fd, int level, int option, long value, long length);

    long recvmsg(int fd, long message, int flags);

    long sendmsg(int fd, long message, int flags);

    long recv(int fd, long target, long length, int flags);

    long send(int fd, long source, long length, int flags);

    int if_nametoindex(String name);

    int setns(int fd, int kind);

    String strerror(int errno);

    int sched_setaffinity(int pid, long size, long mask);

    long syscall(long number, long a, long b, long c, long d, long e);

    /** Of seven arguments jnr-ffi makes an array: not for the data path. */
    long syscall(long number, long a, long b, long c, long d, long e, long f);

    @IgnoreError
    int sched_yield();
}
