// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.ClockWorker;
import io.vrio.backends.net.NicSpec;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NetFrame;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.ClaimRefusedException;
import io.vrio.transport.remote.NicClaim;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

final class NicRegistryTest {
    private static final String MAC = "52:54:00:00:00:0a";

    @TempDir Path folder;
    private StateFolder state;
    private NicRegistry registry;

    @AfterEach
    void stop() {
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
    private NicRegistry restart() throws Exception {
        stop();
        state = StateFolder.open(folder.resolve("state"));
        registry = NicRegistry.open(state, new ClockWorker(() -> 0));
        return registry;
    }

    private Path stateFile() {
        return folder.resolve("state/nics.json");
    }

    private static NicSpec lan(String options) throws Exception {
        return NicSpec.parse("switch:lan" + options);
    }

    private static String problem(Executable action) {
        return assertThrows(BackendException.class, action).getMessage();
    }

    @Test
    void shouldKeepACreatedNicOverARestart() throws Exception {
        restart().create("nic0", lan(",vlan=7,mac=" + MAC + ",mtu=9000"));

        NicStatus after = restart().show("nic0");

        assertEquals("switch:lan,vlan=7,mac=" + MAC + ",mtu=9000", after.backend());
        assertEquals(9000, after.properties().mtu());
        assertEquals(MacAddress.parse(MAC), after.properties().mac());
        assertEquals(NicState.READY, after.state());
        assertTrue(after.isKept());
        assertTrue(after.properties().isLinkUp());
    }

    @Test
    void shouldKeepTheLinkDownOverARestart() throws Exception {
        restart().create("nic0", lan(""));
        registry.setLink("nic0", false);

        NicStatus after = restart().show("nic0");

        assertFalse(after.isLinkWanted());
        assertFalse(after.properties().isLinkUp());
    }

    @Test
    void shouldForgetANicGivenAsAnOption() throws Exception {
        restart().addOption("nic0", lan(""));
        registry.setLink("nic0", false);
        assertEquals(NicState.READY, registry.show("nic0").state());

        assertEquals(List.of(), restart().list());
        assertFalse(Files.exists(stateFile()));
    }

    @Test
    void shouldServeOthersWhenOneCannotBeOpened() throws Exception {
        restart().create("nic0", lan(""));
        stop();
        String text = Files.readString(stateFile());
        Files.writeString(stateFile(), text.replace("switch:lan", "raw:no-such-if0"));
        restart().addOption("nic1", lan(""));

        assertEquals(NicState.FAILED, registry.show("nic0").state());
        assertNotEquals("", registry.show("nic0").failure());
        assertFalse(registry.show("nic0").properties().isLinkUp());
        assertEquals(NicState.READY, registry.show("nic1").state());
        String refusal =
                assertThrows(ClaimRefusedException.class, () -> registry.claim("nic0", "host-1", 1))
                        .getMessage();
        assertTrue(refusal.startsWith("NIC nic0 has failed: "), refusal);
    }

    @Test
    void shouldForgetARemovedNic() throws Exception {
        restart().create("nic0", lan(""));

        registry.remove("nic0");

        assertEquals(List.of(), restart().list());
    }

    @Test
    void shouldRefuseASecondNicOfTheSameName() throws Exception {
        restart().create("nic0", lan(""));

        assertEquals(
                "NIC nic0 exists already; choose another name",
                problem(() -> registry.create("nic0", lan(",vlan=2"))));
    }

    @Test
    void shouldRefuseAMacThatAnotherNicHas() throws Exception {
        restart().addOption("nic0", lan(",mac=" + MAC));

        String wanted = "NIC nic1: MAC " + MAC + " belongs to NIC nic0 already; choose another";
        NicSpec spec = NicSpec.parse("switch:elsewhere,vlan=9,mac=" + MAC);
        assertEquals(wanted, problem(() -> registry.create("nic1", spec)));
        assertEquals(wanted, problem(() -> registry.addOption("nic1", spec)));
        assertEquals(1, registry.list().size());
    }

    @Test
    void shouldFreeTheMacOfARemovedNic() throws Exception {
        restart().create("nic0", lan(",mac=" + MAC));
        registry.remove("nic0");

        assertEquals(NicState.READY, registry.create("nic1", lan(",mac=" + MAC)).state());
    }

    @Test
    void shouldRefuseImpossibleNames() throws Exception {
        restart();

        assertTrue(problem(() -> registry.create("", lan(""))).contains("legal: 1-64"));
        assertTrue(problem(() -> registry.addOption("a/b", lan(""))).contains("'a/b'"));
        assertFalse(problem(() -> registry.create("a\nb", lan(""))).contains("\n"));
    }

    @Test
    void shouldTakeTheKeptNicWhenAnOptionMeansTheSame() throws Exception {
        restart().create("nic0", lan(",vlan=1"));

        restart().addOption("nic0", lan(""));

        assertEquals(1, registry.list().size());
        assertTrue(registry.show("nic0").isKept());
    }

    @Test
    void shouldRefuseAnOptionThatContradictsAKeptNic() throws Exception {
        restart().create("nic0", lan(""));

        String problem = problem(() -> registry.addOption("nic0", lan(",vlan=2")));

        assertTrue(problem.contains("but was created as switch:lan"), problem);
    }

    @Test
    void shouldRefuseAnOptionThatIsGivenTwice() throws Exception {
        restart().addOption("nic0", lan(""));

        assertEquals("NIC nic0 is given twice", problem(() -> registry.addOption("nic0", lan(""))));
    }

    @Test
    void shouldLeaveNothingBehindWhenTheStateCannotBeWritten() throws Exception {
        restart();
        Files.createDirectory(folder.resolve("state/nics.json.new"));

        String problem = problem(() -> registry.create("nic0", lan(",mac=" + MAC)));

        assertTrue(problem.contains("nics.json cannot be written"), problem);
        assertEquals(List.of(), registry.list());
        registry.addOption("nic1", lan(",mac=" + MAC));
        assertEquals(NicState.READY, registry.show("nic1").state());
    }

    @Test
    void shouldKeepTheLinkAsItIsWhenTheStateCannotBeWritten() throws Exception {
        restart().create("nic0", lan(""));
        NicClaim claim = registry.claim("nic0", "host-1", 1);
        int[] told = new int[1];
        claim.nic().onPropertiesChange(() -> told[0]++);
        Files.createDirectory(folder.resolve("state/nics.json.new"));

        assertTrue(problem(() -> registry.setLink("nic0", false)).contains("cannot be written"));

        assertTrue(registry.show("nic0").isLinkWanted());
        assertTrue(claim.nic().properties().isLinkUp());
        assertEquals(0, told[0]);
    }

    @Test
    void shouldNotTouchATornStateFile() throws Exception {
        restart().create("nic0", lan(",mac=" + MAC));
        stop();
        byte[] whole = Files.readAllBytes(stateFile());
        for (int length = 0; length < whole.length; length += 3) {
            byte[] torn = Arrays.copyOf(whole, length);
            Files.write(stateFile(), torn);
            String problem = problem(this::restart);
            assertTrue(problem.contains("nics.json is damaged: "), problem);
            assertFalse(problem.contains("\n"), problem);
            assertArrayEquals(torn, Files.readAllBytes(stateFile()));
        }
    }

    @Test
    void shouldSayWhichRecordIsDamaged() throws Exception {
        restart().create("nic0", lan(",vlan=9"));
        stop();
        String text = Files.readString(stateFile());
        Files.writeString(stateFile(), text.replace("vlan=9", "vlan=9999"));

        String problem = problem(this::restart);

        assertTrue(problem.contains("nics.json is damaged: NIC nic0: "), problem);
        assertTrue(problem.contains("vlan: '9999' is out of range"), problem);
    }

    @Test
    void shouldRefuseARecordWithoutALink() throws Exception {
        restart().create("nic0", lan(""));
        stop();
        String text = Files.readString(stateFile());
        Files.writeString(stateFile(), text.replace("\"linkUp\" : true", "\"linkUp\" : \"yes\""));

        assertTrue(problem(this::restart).contains("NIC nic0: it has no linkUp"));
    }

    @Test
    void shouldNotTouchAStateFileOfANewerRelease() throws Exception {
        restart().create("nic0", lan(""));
        stop();
        String newer =
                Files.readString(stateFile()).replaceFirst("\"version\" : 1", "\"version\" : 2");
        Files.writeString(stateFile(), newer);

        assertTrue(problem(this::restart).contains("has version 2, this release knows 1"));
        assertEquals(newer, Files.readString(stateFile()));
    }

    @Test
    void shouldShareTheStateDirectoryWithTheDisks() throws Exception {
        restart().create("nic0", lan(""));

        try (DiskRegistry disks = DiskRegistry.open(state, Runnable::run)) {
            assertEquals(List.of(), disks.list());
        }
    }

    @Test
    void shouldCarryAFrameFromOneServerToAnother() throws Exception {
        restart().addOption("nic0", lan(""));
        registry.addOption("nic1", lan(""));
        NicClaim first = registry.claim("nic0", "host-1", 1);
        NicClaim second = registry.claim("nic1", "host-2", 1);
        List<Integer> lengths = new ArrayList<>();
        second.nic().connect(frame -> lengths.add(frame.length()));
        try (NativeBuffer memory = new NativeBuffer(100)) {
            memory.slice().putLongBigEndian(0, MacAddress.BROADCAST << 16);
            memory.slice().putLongBigEndian(6, MacAddress.parse(MAC) << 16);
            NetFrame frame = new NetFrame().begin(0);
            frame.data().add(memory.slice(), 0, 100);

            assertTrue(first.nic().port().offer(frame));
        }

        assertEquals(List.of(100), lengths);
        assertEquals(MacAddress.parse(MAC), first.nic().properties().mac());
        assertEquals(1, registry.show("nic0").counters().get("frames_from_guest"));
        assertEquals(1, registry.show("nic1").counters().get("frames_to_guest"));
    }
}
