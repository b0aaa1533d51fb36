// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/**
 * The device's end of one virtqueue: takes descriptor chains, gives them back. Owned by one
 * session, touched by its worker only, and new with every start of the queue. Chains may be given
 * back in any order. The guest's memory under a chain stays mapped until the chain is pushed or
 * released.
 */
public interface Virtqueue {
    /** Limit: descriptors of a ring that we serve (the specification allows 32768). */
    int SIZE_MAX = 1024;

    /**
     * Whether writes to the used ring are marked in the dirty log of the guest's memory, and where
     * in guest-physical memory it is. Writes to chains are marked as long as the memory logs.
     */
    void logUsedRing(boolean isLogged, long guestAddress);

    /** Number of descriptors; every head index is below it. */
    int size();

    /**
     * Translates the ring addresses again. Happens by itself before the first use after a change of
     * the memory table; the session calls it to hear the result.
     *
     * @return whether all parts of the ring are mapped; while they are not, nothing is touched
     */
    boolean remap();

    /**
     * Takes the next available chain.
     *
     * @return false when there is none
     * @throws MalformedChainException for a chain fault the chain has been taken: its head index is
     *     set, its lists are empty, it wants to be pushed. For a ring fault nothing has been taken.
     */
    boolean poll(DescriptorChain chain) throws MalformedChainException;

    /** Whether {@link #poll} would take a chain now, a good or a bad one. */
    boolean isChainAvailable() throws MalformedChainException;

    /**
     * Undoes a {@link #poll}: the chain will be taken again, by us or by whoever serves the ring
     * next. Chains are put back in the reverse order of their taking, and nothing that was taken
     * after them is given back before.
     */
    void putBack(int headIndex);

    /**
     * Gives a chain back; the guest sees it after {@link #publish}.
     *
     * @param usedLength bytes written to the chain
     */
    void push(int headIndex, int usedLength);

    /** Forgets a chain without telling the guest; its memory must not be touched any more. */
    void release(int headIndex);

    /**
     * Lets the guest see what was pushed.
     *
     * @return whether the guest wants a call for what it has not been called for yet; the caller
     *     then signals, once for all of them
     */
    boolean publish();

    /**
     * Asked when the queue has gone idle: whether there is something the guest has not been called
     * for, whatever it wished. True once; the caller then signals. There are drivers that wait
     * although their used_event says that they do not (libblkio), and no harm is in one call.
     */
    boolean isIdleCallDue();

    /** Chains taken and neither pushed nor released. */
    int inFlight();

    /** Whether this chain is one of them. */
    boolean isInFlight(int headIndex);

    /** Asks the guest not to kick. */
    void suppressKicks();

    /**
     * Asks the guest to kick, then looks at the ring again.
     *
     * @return whether a chain is available that the guest may not kick for any more
     */
    boolean requestKicks();

    /**
     * As {@link #requestKicks}, for a device to which the chains that it has seen are not enough.
     *
     * @return whether more chains are available than were seen by then
     */
    boolean requestKicksForMore();

    /**
     * Whether the guest's memory is all there. Asked after an access failed, by those who touch the
     * memory of more than one guest at a time.
     */
    boolean isBacked();

    /** Where the ring goes on, see {@link RingLayout#base}: the answer to GET_VRING_BASE. */
    int base();

    /**
     * From now on the log of what is in flight stays as it is: for whoever serves the ring next.
     */
    void closeInFlightLog();
}
