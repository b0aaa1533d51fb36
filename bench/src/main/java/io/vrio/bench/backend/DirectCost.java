// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.backend;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;
import io.vrio.backends.block.DiskWorker;
import io.vrio.common.agent.Agent;
import io.vrio.common.agent.Worker;
import io.vrio.common.clock.NanoClock;
import io.vrio.common.io.BlockCompletion;
import io.vrio.common.io.BlockRequest;
import io.vrio.common.io.BlockRequestKind;
import io.vrio.common.io.IoStatus;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * Compares the ways of a direct disk: io_uring and threads, on a worker of a daemon, with as many
 * requests under way as the load says. Arguments: the file, of 1 GiB if it has to be made; how long
 * each measurement takes, in ms; how many rounds; what the names of the loads begin with.
 */
public final class DirectCost {
    private static final long FILE_LENGTH = 1L << 30;
    private static final long SPIN_NS = 50_000;
    private static final int ROUNDS_DEFAULT = 5;
    private static final int MS_DEFAULT = 1000;
    private static final int SAMPLES_MAX = 1 << 20;
    private static final int PAGE = 4096;

    private enum Way {
        URING,
        THREADS
    }

    private enum Load {
        READ_4K_Q1(BlockRequestKind.READ, 4096, 1, 0),
        READ_4K_Q32(BlockRequestKind.READ, 4096, 32, 0),
        WRITE_4K_Q1(BlockRequestKind.WRITE, 4096, 1, 0),
        WRITE_4K_Q32(BlockRequestKind.WRITE, 4096, 32, 0),
        WRITE_4K_Q32_UNALIGNED(BlockRequestKind.WRITE, 4096, 32, 8),
        READ_1M_Q4(BlockRequestKind.READ, 1 << 20, 4, 0),
        WRITE_1M_Q4(BlockRequestKind.WRITE, 1 << 20, 4, 0),
        WRITE_1M_Q4_UNALIGNED(BlockRequestKind.WRITE, 1 << 20, 4, 8),
        FLUSH_Q1(BlockRequestKind.FLUSH, 0, 1, 0);

        final BlockRequestKind kind;
        final int length;
        final int depth;

        /** Bytes between a page's start and the memory of a request. */
        final int shift;

        Load(BlockRequestKind kind, int length, int depth, int shift) {
            this.kind = kind;
            this.length = length;
            this.depth = depth;
            this.shift = shift;
        }
    }

    /** What one way has shown under one load in one round. */
    private record Sample(
            double requestsPerS, double p50Us, double p99Us, double cpuUs, double garbage) {}

    private final BackendSpec[] specs = new BackendSpec[Way.values().length];
    private final long measureNs;
    private final int rounds;
    private final String prefix;

    private DirectCost(Path file, int ms, int rounds, String prefix) throws BackendException {
        for (Way way : Way.values()) {
            String io = way.name().toLowerCase(Locale.ROOT);
            specs[way.ordinal()] = BackendSpec.parse("file:" + file + ",direct,io=" + io);
        }
        measureNs = ms * 1_000_000L;
        this.rounds = rounds;
        this.prefix = prefix;
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]).toAbsolutePath();
        int ms = arguments.length > 1 ? Integer.parseInt(arguments[1]) : MS_DEFAULT;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : ROUNDS_DEFAULT;
        if (!Files.exists(file)) {
            fill(file);
        }
        String prefix = arguments.length > 3 ? arguments[3] : "";
        new DirectCost(file, ms, rounds, prefix).run(System.out);
    }

    /** Written in full, so that no block is made while it is measured. */
    private static void fill(Path file) throws IOException {
        byte[] block = new byte[1 << 20];
        new Random(1).nextBytes(block);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (long done = 0; done < FILE_LENGTH; done += block.length) {
                out.write(block);
            }
        }
        int fd = Linux.check(Linux.open(file.toString(), Linux.O_RDWR, 0), "open");
        Linux.check(Linux.fsync(fd), "fsync");
        Linux.close(fd);
    }

    private void run(PrintStream out) throws Exception {
        out.println(
                "load                    way      requests/s: min  median     max"
                        + "    p50 us   p99 us   CPU us  garbage, medians");
        for (Load load : Load.values()) {
            if (!load.name().startsWith(prefix)) {
                continue;
            }
            Sample[][] samples = new Sample[Way.values().length][rounds];
            // In alternation, so that a noisy neighbour hits both ways alike.
            for (int round = -1; round < rounds; round++) {
                for (Way way : Way.values()) {
                    Sample sample = measure(specs[way.ordinal()], load, round);
                    // The first is for the compiler.
                    samples[way.ordinal()][Math.max(0, round)] = sample;
                }
            }
            for (Way way : Way.values()) {
                out.println(line(load, way, samples[way.ordinal()]));
            }
        }
    }

    private String line(Load load, Way way, Sample[] samples) {
        double[] rates =
                Arrays.stream(samples).mapToDouble(Sample::requestsPerS).sorted().toArray();
        return String.format(
                "%-23s %-8s %15.0f %7.0f %7.0f %9.1f %8.1f %8.1f %8.1f",
                load,
                way,
                rates[0],
                rates[rounds / 2],
                rates[rounds - 1],
                median(Arrays.stream(samples).mapToDouble(Sample::p50Us).toArray()),
                median(Arrays.stream(samples).mapToDouble(Sample::p99Us).toArray()),
                median(Arrays.stream(samples).mapToDouble(Sample::cpuUs).toArray()),
                median(Arrays.stream(samples).mapToDouble(Sample::garbage).toArray()));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private Sample measure(BackendSpec spec, Load load, int seed) throws Exception {
        try (Worker worker = new Worker("direct-cost", NanoClock.SYSTEM, SPIN_NS)) {
            DiskContext context = new DiskContext("disk", "seed", DiskWorker.of(worker));
            BackendDisk disk = BackendDisk.open(spec, context);
            try (Guest guest = new Guest(disk, load, measureNs, seed)) {
                long cpuNs = processCpuNs();
                long startNs = System.nanoTime();
                worker.add(guest);
                worker.start();
                guest.ended.await();
                long passedNs = System.nanoTime() - startNs;
                cpuNs = processCpuNs() - cpuNs;
                worker.call(
                        () -> {
                            disk.close();
                            return null;
                        });
                return guest.sample(passedNs, cpuNs);
            }
        }
    }

    /** Bytes of the Java heap that the calling thread has taken. */
    private static long allocatedHere() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** Of all threads, those of the kernel that work for them included. */
    private static long processCpuNs() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** Keeps the disk busy; a request that ends begins again elsewhere. */
    private static final class Guest implements Agent, BlockCompletion {
        final CountDownLatch ended = new CountDownLatch(1);
        private final BackendDisk disk;
        private final Load load;
        private final long measureNs;
        private final Random random;
        private final NativeBuffer memory;
        private final BlockRequest[] requests;
        private final long[] startsNs;
        private final int[] latenciesNs = new int[SAMPLES_MAX];
        private final int[] idle;
        private int idleCount;
        private long count;
        private long firstNs;
        private long garbageStart;
        private long garbageEnd;

        Guest(BackendDisk disk, Load load, long measureNs, int seed) {
            this.disk = disk;
            this.load = load;
            this.measureNs = measureNs;
            random = new Random(seed);
            memory = new NativeBuffer((long) (load.length + PAGE) * load.depth + PAGE);
            requests = new BlockRequest[load.depth];
            startsNs = new long[load.depth];
            idle = new int[load.depth];
            for (int i = 0; i < load.depth; i++) {
                requests[i] = new BlockRequest();
                idle[idleCount++] = i;
            }
        }

        @Override
        public String name() {
            return "guest";
        }

        @Override
        public int doWork() {
            long nowNs = System.nanoTime();
            if (firstNs == 0) {
                firstNs = nowNs;
                garbageStart = allocatedHere();
            }
            if (nowNs - firstNs >= measureNs) {
                if (idleCount == load.depth && ended.getCount() > 0) {
                    garbageEnd = allocatedHere();
                    ended.countDown();
                }
                return 0;
            }
            int work = idleCount;
            while (idleCount > 0) {
                begin(idle[--idleCount], nowNs);
            }
            return work;
        }

        private void begin(int index, long nowNs) {
            BlockRequest request = requests[index];
            long places = disk.properties().capacity() / Math.max(PAGE, load.length);
            long offset = (long) (random.nextDouble() * places) * load.length;
            request.begin(load.kind, offset, load.length, this);
            if (load.length > 0) {
                long base = -memory.slice().address(0, 1) & (PAGE - 1);
                long at = base + (long) index * (load.length + PAGE) + load.shift;
                request.data().add(memory.slice(), at, load.length);
            }
            startsNs[index] = nowNs;
            disk.port().submit(request);
        }

        @Override
        public void onComplete(BlockRequest request, IoStatus status) {
            if (status != IoStatus.OK) {
                throw new IllegalStateException("the disk answers " + status);
            }
            int index = 0;
            while (requests[index] != request) {
                index++;
            }
            latenciesNs[(int) (count % SAMPLES_MAX)] = (int) (System.nanoTime() - startsNs[index]);
            count++;
            idle[idleCount++] = index;
        }

        Sample sample(long passedNs, long cpuNs) {
            int kept = (int) Math.min(count, SAMPLES_MAX);
            int[] sorted = Arrays.copyOf(latenciesNs, kept);
            Arrays.sort(sorted);
            return new Sample(
                    count * 1e9 / passedNs,
                    sorted[kept / 2] / 1e3,
                    sorted[(int) (kept * 0.99)] / 1e3,
                    cpuNs / 1e3 / count,
                    (double) (garbageEnd - garbageStart) / count);
        }

        @Override
        public void close() {
            memory.close();
        }
    }
}
