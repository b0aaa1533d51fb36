// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.micro;

import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockPort;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A request passes so many stations between its device and its disk, and its end passes them on the
 * way back: the seam that interposers will stand at. Each station does next to nothing, so what
 * shows is the passing alone.
 */
public class StationsMicro {
    private static final int BLOCK = 4096;
    private static final long BLOCKS = 1 << 20;

    /** A device with one request, and its disk, which ends each at once. */
    @State(Scope.Thread)
    public static class Device {
        private final BlockRequest request = new BlockRequest();
        private final Disk disk = new Disk();
        private long ends;
        private final BlockCompletion owner = (ended, status) -> ends++;
        private long block;

        private BlockRequest begin() {
            block = (block + 7) % BLOCKS;
            request.begin(BlockRequestKind.READ, block * BLOCK, BLOCK, owner);
            return request;
        }
    }

    /** The stations, behind the interface that each has, the disk included. */
    @State(Scope.Thread)
    public static class Way {
        @Param({"0", "1", "2", "4", "8"})
        public int stations;

        private BlockPort first;

        @Setup
        public void open(Device device) {
            first = device.disk;
            for (int i = 0; i < stations; i++) {
                // Of two classes, as the stations of a real way are not all of one.
                first = i % 2 == 0 ? new Counting(first) : new Bounded(first, BLOCKS * BLOCK);
            }
        }
    }

    /** Has nothing to do. */
    private static final class Disk implements BlockPort {
        @Override
        public void submit(BlockRequest request) {
            request.complete(IoStatus.OK);
        }
    }

    /** Counts what goes by. */
    private static final class Counting implements BlockPort, BlockCompletion {
        private final BlockPort next;
        private long bytes;
        private long failures;

        Counting(BlockPort next) {
            this.next = next;
        }

        @Override
        public void submit(BlockRequest request) {
            bytes += request.length();
            request.push(this);
            next.submit(request);
        }

        @Override
        public void onComplete(BlockRequest request, IoStatus status) {
            failures += status == IoStatus.OK ? 0 : 1;
            request.complete(status);
        }
    }

    /** Refuses what is behind the end. */
    private record Bounded(BlockPort next, long capacity) implements BlockPort, BlockCompletion {
        @Override
        public void submit(BlockRequest request) {
            if (request.offset() + request.length() > capacity) {
                request.complete(IoStatus.IO_ERROR);
                return;
            }
            request.push(this);
            next.submit(request);
        }

        @Override
        public void onComplete(BlockRequest request, IoStatus status) {
            request.complete(status);
        }
    }

    /** The device knows the disk itself: no seam, where no station could stand. */
    @Benchmark
    public long direct(Device device) {
        device.disk.submit(device.begin());
        return device.ends;
    }

    /** One request, there and back. */
    @Benchmark
    public long request(Device device, Way way) {
        way.first.submit(device.begin());
        return device.ends;
    }
}
