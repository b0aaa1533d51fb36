// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.block;

import io.vrio.common.fuzz.FuzzTarget;
import io.vrio.server.virtqueue.RingFormat;
import java.util.ArrayList;
import java.util.List;

/** As {@link BlockRingTarget}, with a packed ring. */
public final class PackedRingTarget implements FuzzTarget {
    private static final byte AVAIL = (byte) 0x80;
    private static final byte AVAIL_NEXT = (byte) 0x81;
    private static final byte AVAIL_WRITE = (byte) 0x82;

    private final BlockRingTarget target = new BlockRingTarget(RingFormat.PACKED);

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int type : new int[] {0, 1, 4, 8, 11, 13, 77}) {
            int write = type == 0 || type == 8 ? 2 : 0;
            seeds.add(
                    new byte[] {
                        (byte) type,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        1, // header
                        0,
                        3, // from the first slot on, three descriptors
                        1,
                        1,
                        AVAIL_NEXT,
                        0, // header, 16 bytes
                        2,
                        5,
                        (byte) (AVAIL_NEXT | write),
                        0, // data, 512 bytes
                        2,
                        0,
                        AVAIL_WRITE,
                        7, // status, 1 byte, the chain is buffer 7
                        0 // no table
                    });
        }
        seeds.add(
                new byte[] {
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 2, AVAIL | 4, 3, 3, 1, 1, 0, 0, 2, 5, 2, 0,
                    2, 0, 2, 0
                });
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        target.run(input);
    }

    @Override
    public void close() {
        target.close();
    }
}
