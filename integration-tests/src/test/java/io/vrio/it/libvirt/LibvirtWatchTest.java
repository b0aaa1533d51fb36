// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.it.Await;
import io.vrio.it.qemu.GuestShell;
import io.vrio.it.qemu.VrioDaemon;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vrio domain watch} beside a real libvirtd, over its restarts and those of the server. */
@Tag("libvirt")
@Timeout(180)
final class LibvirtWatchTest {
    private static final String NAMESPACE = "https://vrio.io/xmlns/domain/1.0";

    @TempDir static Path folder;
    private static LibvirtHosts hosts;
    private static VrioDaemon watch;

    @BeforeAll
    static void open() throws Exception {
        hosts = LibvirtHosts.open(folder);
        hosts.daemons().iohyp("--disk", "data=ram:64M", "--disk", "more=ram:64M");
        hosts.daemons().server("--name", "vmhost");
        watch =
                VrioDaemon.start(
                        folder.resolve("watch.log"), hosts.libvirtd().enter(), "domain", "watch");
    }

    @AfterAll
    static void close() throws IOException {
        if (watch != null) {
            watch.close();
        }
        if (hosts != null) {
            hosts.close();
        }
    }

    @AfterEach
    void endTheDomain() throws Exception {
        hosts.virsh("destroy", "vm1");
        hosts.virsh("undefine", "vm1");
        awaitServed("");
    }

    /** The whole list must be these names, in their order, each followed by a space. */
    private static void awaitServed(String names) throws Exception {
        Await.until(
                () -> "served is '" + names + "'" + hosts.daemons().allLogs() + log(),
                () -> served().equals(names));
    }

    private static String served() throws Exception {
        return hosts.daemons()
                .atServer("disk", "list")
                .out()
                .lines()
                .skip(1)
                .map(line -> line.split(" ")[0] + " ")
                .reduce("", String::concat);
    }

    private static String log() {
        try {
            return watch.log();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitLog(String part, int times) throws Exception {
        Pattern pattern = Pattern.compile(Pattern.quote(part));
        Await.until(
                () -> times + " times '" + part + "' in " + log(),
                () -> pattern.matcher(log()).results().count() == times);
    }

    private static void describe(String devices, String... scopes) throws Exception {
        String[] words = {
            "metadata",
            "vm1",
            NAMESPACE,
            "--key",
            "vrio",
            "--set",
            "<devices>" + devices + "</devices>"
        };
        String[] all = new String[words.length + scopes.length];
        System.arraycopy(words, 0, all, 0, words.length);
        System.arraycopy(scopes, 0, all, words.length, scopes.length);
        hosts.virsh(all).assertOk();
    }

    @Test
    void shouldHaveTheSocketThereForAttachDevice() throws Exception {
        hosts.define(new DomainText("vm1"));
        GuestShell guest = hosts.start("vm1");

        describe("<disk name='data'/>", "--live", "--config");
        awaitServed("data ");
        hosts.virsh("attach-device", "vm1", hosts.file(DomainText.disk("data", "vda"))).assertOk();

        Await.until(
                "the guest has it",
                () -> guest.outcome("cat /sys/block/vda/size").exitStatus() == 0);
        assertEquals("131072", guest.run("cat /sys/block/vda/size"));
        // Not while QEMU is connected, whatever the metadata says.
        describe("<disk name='more'/>", "--live", "--config");
        awaitServed("data more ");
        hosts.virsh("destroy", "vm1").assertOk();
        awaitServed("more ");
    }

    @Test
    void shouldFollowADomainThatDoesNotRun() throws Exception {
        hosts.define(new DomainText("vm1").describing("<vrio:disk name='data'/>"));
        awaitServed("data ");

        describe("<disk name='data'/><disk name='more'/>", "--config");
        awaitServed("data more ");
        describe("<disk name='more'/>", "--config");
        awaitServed("more ");
        hosts.virsh("undefine", "vm1").assertOk();
        awaitServed("");
    }

    @Test
    void shouldGoOnAfterARestartOfLibvirt() throws Exception {
        hosts.define(new DomainText("vm1"));

        hosts.libvirtd().restart();
        awaitLog("libvirt is back", 1);
        describe("<disk name='data'/>", "--config");

        awaitServed("data ");
        awaitLog("libvirt is away", 1);
    }

    @Test
    void shouldGoOnAfterARestartOfTheServer() throws Exception {
        hosts.define(new DomainText("vm1"));
        describe("<disk name='data'/>", "--config");
        awaitServed("data ");

        hosts.daemons().server().close();
        awaitLog("cannot follow the domains", 1);
        describe("<disk name='data'/><disk name='more'/>", "--config");
        hosts.daemons().server("--name", "vmhost");

        awaitServed("data more ");
        awaitLog("following the domains again", 1);
        assertTrue(log().contains("no daemon"), log());
    }
}
