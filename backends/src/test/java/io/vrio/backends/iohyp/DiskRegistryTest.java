// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static io.vrio.common.io.BlockRequestKind.READ;
import static io.vrio.common.io.BlockRequestKind.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskDriver;
import io.vrio.common.io.IoStatus;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.DiskClaim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class DiskRegistryTest {
    private static final int MIB = 1 << 20;

    @TempDir Path folder;
    private final DiskDriver driver = new DiskDriver();
    private StateFolder state;
    private DiskRegistry registry;

    @AfterEach
    void free() {
        stop();
        driver.close();
    }

    private void stop() {
        if (registry != null) {
            registry.close();
            registry = null;
        }
        if (state != null) {
            state.close();
            state = null;
        }
    }

    /** Opens the registry as a newly started process does. */
    private DiskRegistry restart() throws Exception {
        stop();
        state = StateFolder.open(folder.resolve("state"));
        registry = DiskRegistry.open(state, driver.context().worker());
        return registry;
    }

    private BackendSpec file(String name, String options) throws Exception {
        return BackendSpec.parse("file:" + folder.resolve(name) + options);
    }

    private Path stateFile() {
        return folder.resolve("state/disks.json");
    }

    private static String problem(Executable action) {
        return assertThrows(BackendException.class, action).getMessage();
    }

    @Test
    void shouldKeepACreatedDiskOverARestart() throws Exception {
        DiskStatus created = restart().create("root", file("root.img", ",size=1M"));
        DiskStatus after = restart().show("root");
        assertEquals(MIB, after.capacity());
        assertEquals(created.serial(), after.serial());
        assertEquals(DiskState.READY, after.state());
        assertTrue(after.isKept());
    }

    @Test
    void shouldForgetADiskGivenAsAnOption() throws Exception {
        restart().addOption("root", file("root.img", ",size=1M"));
        assertEquals(DiskState.READY, registry.show("root").state());
        assertEquals(List.of(), restart().list());
        assertTrue(Files.exists(folder.resolve("root.img")));
    }

    @Test
    void shouldServeOthersWhenOneFileIsMissing() throws Exception {
        restart().create("a", file("a.img", ",size=1M"));
        registry.create("b", file("b.img", ",size=1M"));
        stop();
        Files.delete(folder.resolve("a.img"));
        restart();
        assertEquals(DiskState.FAILED, registry.show("a").state());
        assertTrue(registry.show("a").failure().contains("no such file"));
        assertEquals(DiskState.READY, registry.show("b").state());
        assertTrue(Files.notExists(folder.resolve("a.img")), "made anew, empty");
    }

    @Test
    void shouldOpenAFailedDiskWhenItsFileIsBack() throws Exception {
        restart().addOption("root", file("root.img", ""));
        assertTrue(problem(() -> registry.retry("root")).contains("no such file"));
        Files.write(folder.resolve("root.img"), new byte[4096]);
        assertEquals(DiskState.READY, registry.retry("root").state());
    }

    @Test
    void shouldFailADiskWhoseFileWasCutShort() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        stop();
        Files.write(folder.resolve("root.img"), new byte[4096]);
        restart();
        assertTrue(registry.show("root").failure().contains("has 4096 bytes, disk root had"));
    }

    @Test
    void shouldKeepTheNewCapacityOverARestart() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        assertEquals(2 * MIB, registry.resize("root", 2 * MIB, false).capacity());
        assertEquals(2 * MIB, restart().show("root").capacity());
        registry.resize("root", MIB, true);
        assertEquals(MIB, restart().show("root").capacity());
    }

    @Test
    void shouldKeepTheCapacityWhenResizingIsRefused() throws Exception {
        restart().create("root", file("root.img", ",size=2M"));
        assertTrue(problem(() -> registry.resize("root", MIB, false)).contains("lose the data"));
        assertTrue(problem(() -> registry.resize("root", 1000, true)).contains("multiple"));
        assertEquals(2 * MIB, restart().show("root").capacity());
    }

    @Test
    void shouldForgetARemovedDiskAndKeepItsFile() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        registry.remove("root");
        assertEquals(List.of(), restart().list());
        assertTrue(Files.exists(folder.resolve("root.img")));
    }

    @Test
    void shouldRefuseASecondDiskOfTheSameName() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        assertEquals(
                "disk root exists already; choose another name",
                problem(() -> registry.create("root", file("other.img", ",size=1M"))));
        assertTrue(Files.notExists(folder.resolve("other.img")));
    }

    @Test
    void shouldRefuseASecondDiskOnTheSameFile() throws Exception {
        restart().create("a", file("root.img", ",size=1M"));
        String problem = problem(() -> registry.create("b", file("root.img", "")));
        assertTrue(problem.contains("in use by another disk or process"), problem);
        assertEquals(1, registry.list().size());
    }

    @Test
    void shouldRefuseImpossibleNames() throws Exception {
        restart();
        BackendSpec spec = BackendSpec.parse("ram:1M");
        assertTrue(problem(() -> registry.create("", spec)).contains("legal: 1-64"));
        assertTrue(problem(() -> registry.create("a/b", spec)).contains("'a/b'"));
        assertFalse(problem(() -> registry.create("a\nb", spec)).contains("\n"));
        assertTrue(problem(() -> registry.create("x".repeat(65), spec)).contains("legal"));
    }

    @Test
    void shouldTakeTheKeptDiskWhenAnOptionMeansTheSame() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        restart().addOption("root", file("root.img", ",size=1M"));
        assertEquals(1, registry.list().size());
        assertTrue(registry.show("root").isKept());
    }

    @Test
    void shouldRefuseAnOptionThatContradictsAKeptDisk() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        String problem = problem(() -> registry.addOption("root", file("other.img", ",size=1M")));
        assertTrue(problem.contains("but was created as file:"), problem);
    }

    @Test
    void shouldLeaveNothingBehindWhenTheStateCannotBeWritten() throws Exception {
        restart();
        Files.createDirectory(folder.resolve("state/disks.json.new"));
        String problem = problem(() -> registry.create("root", file("root.img", ",size=1M")));
        assertTrue(problem.contains("disks.json cannot be written"), problem);
        assertTrue(Files.notExists(folder.resolve("root.img")));
        assertEquals(List.of(), registry.list());
    }

    @Test
    void shouldKeepAFileThatWasThereWhenTheStateCannotBeWritten() throws Exception {
        restart();
        Files.write(folder.resolve("root.img"), new byte[MIB]);
        Files.createDirectory(folder.resolve("state/disks.json.new"));
        problem(() -> registry.create("root", file("root.img", "")));
        assertTrue(Files.exists(folder.resolve("root.img")));
    }

    @Test
    void shouldNotTouchATornStateFile() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        stop();
        byte[] whole = Files.readAllBytes(stateFile());
        for (int length = 0; length < whole.length; length += 3) {
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(stateFile(), torn);
            String problem = problem(this::restart);
            assertTrue(problem.contains("disks.json is damaged: "), problem);
            assertFalse(problem.contains("\n"), problem);
            assertArrayEquals(torn, Files.readAllBytes(stateFile()));
        }
    }

    @Test
    void shouldNotTouchAStateFileOfANewerRelease() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        stop();
        String newer =
                Files.readString(stateFile()).replaceFirst("\"version\" : 1", "\"version\" : 2");
        Files.writeString(stateFile(), newer);
        assertTrue(problem(this::restart).contains("has version 2, this release knows 1"));
        assertEquals(newer, Files.readString(stateFile()));
    }

    @Test
    void shouldRefuseAStateDirectoryInUse() throws Exception {
        restart();
        String problem =
                assertThrows(StateException.class, () -> StateFolder.open(folder.resolve("state")))
                        .getMessage();
        assertTrue(problem.contains("is in use by another daemon"), problem);
    }

    @Test
    void shouldMakeARamDiskAnewAfterARestart() throws Exception {
        restart().create("scratch", BackendSpec.parse("ram:1M"));
        long before = incarnation("scratch");
        registry.resize("scratch", 2 * MIB, false);
        assertEquals(before, incarnation("scratch"));
        restart();
        assertEquals(2 * MIB, registry.show("scratch").capacity());
        assertNotEquals(before, incarnation("scratch"));
    }

    @Test
    void shouldKeepTheIncarnationOfAFileOverARestart() throws Exception {
        restart().create("root", file("root.img", ",size=1M"));
        long before = incarnation("root");
        restart();
        assertEquals(before, incarnation("root"));
        registry.remove("root");
        registry.create("root", file("root.img", ""));
        assertNotEquals(before, incarnation("root"));
    }

    private long incarnation(String name) throws Exception {
        try (DiskClaim claim = registry.claim(name, "host-1", 1)) {
            return claim.incarnation();
        }
    }

    @Test
    void shouldCountWhatAServerDoes() throws Exception {
        restart().create("scratch", BackendSpec.parse("ram:1M"));
        try (DiskClaim claim = registry.claim("scratch", "host-1", 1)) {
            driver.run(claim.disk().port(), WRITE, 0, 4096);
            driver.run(claim.disk().port(), READ, 0, 512);
            assertEquals(IoStatus.OUT_OF_RANGE, driver.run(claim.disk().port(), READ, MIB, 512));
        }
        Map<String, Long> counters = registry.show("scratch").counters();
        assertEquals(1, counters.get("writes"));
        assertEquals(4096, counters.get("written_bytes"));
        assertEquals(1, counters.get("reads"));
        assertEquals(512, counters.get("read_bytes"));
        assertEquals(1, counters.get("errors"));
    }
}
