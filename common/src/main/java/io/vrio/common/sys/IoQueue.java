// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

/**
 * Executes operations on files without making the caller wait: they are put, submitted together,
 * and each ends with one result that carries its tag. {@link IoRing} is the kernel's; a seam for
 * tests. One thread.
 */
public interface IoQueue extends AutoCloseable {
    /** How many more operations can be put before {@link #submit}. */
    int room();

    /** Moves data; iovecs must be valid until the submit, the data until the result. */
    void transfer(IoOperation operation, int fd, long address, int length, long offset, long tag);

    /** As fdatasync(2), covering what has ended before it is submitted. */
    void sync(int fd, long tag);

    /** As fallocate(2). */
    void allocate(int fd, int mode, long offset, long length, long tag);

    /** Asks for an early end of the operations of a tag; they have their result all the same. */
    void cancel(long cancelledTag, long tag);

    /** Whether {@link #submit} has something to do. */
    boolean isSubmitNeeded();

    /** Whether all that was put has been submitted. */
    boolean isAllSubmitted();

    /**
     * Hands over what was put, and has results that wait for this thread delivered.
     *
     * @return how many operations were taken, or a negated errno; what was not taken stays
     */
    int submit();

    /**
     * As {@link #submit}, and waits for a result.
     *
     * @return negated ETIME when none has come
     */
    int await(long timeoutNs);

    /** Steps to the next result; false when there is none. */
    boolean next();

    /** The tag of the operation that has ended. */
    long tag();

    /** What the system call would have returned, or the negated errno. */
    int result();

    /** Whether results are announced by the event counter from now on. */
    void announce(boolean isWanted);

    /** Whether results are there or about to be; exact once they are announced. */
    boolean hasResults();

    @Override
    void close();
}
