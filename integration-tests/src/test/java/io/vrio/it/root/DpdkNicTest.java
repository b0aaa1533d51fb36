// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Requires;
import io.vrio.it.qemu.Pings;
import io.vrio.it.tidy.SourceTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** DPDK's virtio-user driver, a frontend and a guest that has nothing of QEMU and of Linux. */
@Tag("root")
@Tag("qemu")
@Timeout(60)
final class DpdkNicTest {
    private static final Path BUSYBOX = SourceTree.root().resolve("target/guest/busybox");
    private static final long WAIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long STOP_SECONDS = 10;

    @TempDir static Path folder;
    private static NetworkedGuest guest;

    @BeforeAll
    static void open() throws Exception {
        Requires.program("dpdk-testpmd");
        guest = NetworkedGuest.prepare(folder, 1500);
        guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE);
    }

    @AfterAll
    static void close() {
        if (guest != null) {
            guest.close();
        }
    }

    @Test
    void shouldCarryWhatTestpmdSends() throws Exception {
        Process testpmd = testpmd("--forward-mode=txonly", "--txpkts=64");
        try {
            await("frames", () -> guest.framesAtTap() > 10_000);
        } finally {
            stop(testpmd);
        }
    }

    /** Its icmpecho mode answers ARP and pings for any address. */
    @Test
    void shouldCarryPingsToTestpmdAndItsAnswers() throws Exception {
        Process testpmd = testpmd("--forward-mode=icmpecho");
        try {
            await("an answer", () -> run("ping -q -c 1 -W 1 ").contains(" 0% packet loss"));

            Pings.assertAnswered(100, run(Pings.command(100, "")));
        } finally {
            stop(testpmd);
        }
    }

    private static String run(String ping) {
        return guest.lan().machine().run("sh", "-c", BUSYBOX + " " + ping + "10.80.0.77 || true");
    }

    private static Process testpmd(String... mode) throws IOException {
        String[] command = {
            "dpdk-testpmd",
            "--lcores=0@0,1@1",
            "--no-huge",
            "-m",
            "256",
            "--no-pci",
            "--file-prefix=vrio" + ProcessHandle.current().pid(),
            "--vdev=net_virtio_user0,mac=52:54:00:00:00:77,path="
                    + guest.socket()
                    + ",queues=1,queue_size=256",
            "--",
            "--auto-start",
            "--total-num-mbufs=8192",
        };
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(mode));
        return new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("testpmd.log").toFile())
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
    }

    private static void stop(Process testpmd) throws Exception {
        // A line at its input ends it, as Ctrl-C would.
        testpmd.getOutputStream().close();
        if (!testpmd.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            testpmd.destroyForcibly();
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long endNs = System.nanoTime() + WAIT_NS;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - endNs < 0, "in vain until " + what);
            LockSupport.parkNanos(POLL_NS);
        }
    }
}
