// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.virtqueue;

/**
 * Who of a packed ring's two ends wants to be called or kicked, and when (virtio 1.2, 2.8.10): the
 * driver's wish, which we read, and ours, which we write. One per virtqueue.
 *
 * <pre>
 *  | place u16 | flags u16 |    flags: 0 always, 1 never, 2 when the place is passed
 * </pre>
 */
final class PackedEvents {
    static final int LENGTH = 4;

    private static final int FLAGS_SHIFT = 16;
    private static final int FLAGS_MASK = 3;
    private static final int ENABLE = 0;
    private static final int DISABLE = 1;
    private static final int AT_PLACE = 2;

    private final RingAreas areas;
    private final int size;
    private final boolean hasEventIdx;

    PackedEvents(RingAreas areas, int size, boolean hasEventIdx) {
        this.areas = areas;
        this.size = size;
        this.hasEventIdx = hasEventIdx;
    }

    /**
     * Whether the driver wants a call for what was used.
     *
     * @param used where used descriptors go on
     * @param uncalled descriptors that were used since the last call, at least 1
     */
    boolean isCallWanted(RingCursor used, int uncalled) {
        // The flags and the place they speak of, in one load.
        int event = areas.driver().getInt(0);
        return switch (event >>> FLAGS_SHIFT & FLAGS_MASK) {
            case DISABLE -> false;
            case AT_PLACE ->
                    !hasEventIdx || isPassed(event & RingCursor.PLACE_MASK, used, uncalled);
            default -> true;
        };
    }

    /** Whether the place is among the last {@code uncalled} ones before the cursor. */
    private boolean isPassed(int place, RingCursor used, int uncalled) {
        // Limit: a place of the round before looks like one of the round after. A guest that has
        // not been called for a whole round is called in any case.
        if (uncalled >= size) {
            return true;
        }
        boolean isSameRound = (place & RingCursor.WRAP) != 0 == used.wrap();
        int behind = used.slot() - (place & RingCursor.SLOT_MASK) + (isSameRound ? 0 : size);
        return behind > 0 && behind <= uncalled;
    }

    /** Whether the driver waits for a place, which it may have chosen badly. */
    boolean isDriverWaiting() {
        return (areas.driver().getInt(0) >>> FLAGS_SHIFT & FLAGS_MASK) == AT_PLACE;
    }

    /** Asks the guest for a kick with each chain. */
    void requestKicks() {
        put(ENABLE, 0);
    }

    /** Asks the guest for a kick when it makes the descriptor at this place available. */
    void requestKickAt(int place) {
        if (hasEventIdx) {
            put(AT_PLACE, place);
        } else {
            requestKicks();
        }
    }

    /** Asks the guest not to kick. */
    void suppressKicks() {
        put(DISABLE, 0);
    }

    private void put(int flags, int place) {
        // Both in one store: the guest must not take the flags for those of another place.
        areas.device().putInt(0, flags << FLAGS_SHIFT | place);
        areas.logDevice(0, LENGTH);
    }
}
