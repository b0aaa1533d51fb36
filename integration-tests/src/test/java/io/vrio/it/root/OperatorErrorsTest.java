// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.BlockGuest;
import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.it.qemu.VrioDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an operator does wrong while daemons run: each mistake gets one line that says what to do,
 * and a guest that works all the time notices nothing.
 */
@Tag("root")
@Timeout(120)
final class OperatorErrorsTest {
    private static final GuestOptions OPTIONS = GuestOptions.DEFAULT.withSlots(4, 64 << 10);

    @TempDir static Path folder;
    private static Hosts hosts;
    private static Daemons daemons;
    private static VerifiedLoad load;

    @BeforeAll
    static void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(1500);
        daemons = new Daemons(hosts, folder);
        daemons.iohyp("--disk", "a=file:" + folder + "/a.img,size=16M", "--disk", "b=ram:16M");
        daemons.server("--disk", "a", "--disk", "b");
        load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1);
    }

    @AfterEach
    void checkThatTheGuestGoesOn() {
        load.awaitProgress(10);
    }

    @AfterAll
    static void close() throws Exception {
        try {
            if (load != null) {
                load.finish();
                load.close();
            }
        } finally {
            if (daemons != null) {
                daemons.close();
            }
            if (hosts != null) {
                hosts.close();
            }
        }
    }

    private CommandOutcome secondServer(String... changes) throws Exception {
        List<String> arguments = new ArrayList<>(daemons.serverArguments());
        change(arguments, changes);
        return daemons.run(Daemons.enter(hosts.vmHost()), arguments);
    }

    /** Gives options another value; those that are not there are added. */
    private static void change(List<String> arguments, String... changes) {
        for (int i = 0; i < changes.length; i += 2) {
            int at = arguments.indexOf(changes[i]);
            if (at < 0) {
                arguments.addAll(List.of(changes[i], changes[i + 1]));
            } else {
                arguments.set(at + 1, changes[i + 1]);
            }
        }
    }

    private static String other(String name) {
        return folder.resolve("other-" + name).toString();
    }

    @Test
    void shouldRefuseASocketThatAnotherServerListensAt() throws Exception {
        // Of the same name, so that it could even take the disk away.
        secondServer("--control", other("control"), "--disk", "a")
                .assertRefused(
                        1,
                        "vrio server: socket "
                                + daemons.socket("a")
                                + ": in use by process "
                                + daemons.server().pid()
                                + "; stop it or choose another path");
    }

    @Test
    void shouldRefuseADiskThatAnotherServerHas() throws Exception {
        List<String> arguments = new ArrayList<>(daemons.serverArguments());
        change(arguments, "--control", other("control"), "--name", "other");
        change(arguments, "--disk", "a=" + other("a.sock"));
        Path log = folder.resolve("other.log");
        try (VrioDaemon other =
                VrioDaemon.start(
                        log, Daemons.enter(hosts.vmHost()), arguments.toArray(String[]::new))) {
            assertTrue(
                    other.log().contains("disk=a refused: disk a is in use by server 10.78.1.1"),
                    other.log());
            assertTrue(other.log().contains("detach it there, or stop that server, first"));
        }
    }

    @Test
    void shouldSendASecondFrontendAway() throws Exception {
        assertThrows(
                RuntimeException.class, () -> BlockGuest.connect(daemons.socket("a"), OPTIONS));
        daemons.awaitServerLog(
                "device=disk/a frontend=refused pid=" + ProcessHandle.current().pid());
    }

    @Test
    void shouldKeepADiskThatIsInUse() throws Exception {
        CommandOutcome atIohyp = daemons.atIohyp("disk", "delete", "a");
        assertEquals(1, atIohyp.exitStatus());
        assertTrue(
                atIohyp.err().startsWith("vrio disk delete: disk a is in use by server 10.78.1.1"),
                atIohyp.err());
        daemons.atServer("disk", "delete", "a")
                .assertRefused(
                        1,
                        "vrio disk delete: disk a is in use by process "
                                + ProcessHandle.current().pid()
                                + ": detach it from its guest first, or --force");
    }

    @Test
    void shouldRefuseSizesThatCannotBe() throws Exception {
        daemons.atIohyp("disk", "resize", "nosuch", "1G")
                .assertRefused(1, "vrio disk resize: there is no disk nosuch");
        CommandOutcome larger = daemons.atIohyp("disk", "resize", "a", "900T");
        assertEquals(1, larger.exitStatus());
        assertTrue(larger.err().contains("more than its whole file system has"), larger.err());
        CommandOutcome smaller = daemons.atIohyp("disk", "resize", "a", "1M");
        assertEquals(1, smaller.exitStatus());
        assertTrue(smaller.err().contains("--shrink"), smaller.err());
    }

    @Test
    void shouldLeaveAFileWhereASocketShallBe() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        daemons.atServer("disk", "create", "c", file.toString())
                .assertRefused(
                        1,
                        "vrio disk create: socket "
                                + file
                                + ": exists and is not a socket; remove it or choose another path");
        assertEquals("precious", Files.readString(file));
        assertFalse(daemons.atServer("disk", "list").out().contains("c "));
    }
}
