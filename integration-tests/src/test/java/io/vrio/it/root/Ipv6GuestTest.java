// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.it.Requires;
import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.GuestReport;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stock guest in QEMU on a disk of another host, with a key and over IPv6. */
@Tag("root")
@Tag("qemu")
@Timeout(240)
final class Ipv6GuestTest {
    @TempDir Path folder;

    @BeforeEach
    void checkMachine() throws Exception {
        Requires.root();
        Requires.program("ip");
        GuestBoot.prepare();
    }

    @Test
    void shouldFindTheFilesAgainAfterPowerOff() throws Exception {
        Credentials credentials = Credentials.keys(folder, "vm");
        String disk = "files=file:" + folder.resolve("files.img") + ",size=64M";
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V6);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp(credentials.iohyp("--disk", disk));
            daemons.server(credentials.server("--disk", "files"));
            List<String> written = checksums(boot(daemons, "format-and-write"));
            List<String> found = checksums(boot(daemons, "verify"));

            assertFalse(written.isEmpty(), "no checksums");
            assertEquals(written, found);
            daemons.awaitIohypLog("peer=[" + hosts.vmAddress() + "]:");
            daemons.awaitServerLog("security=Noise");
        }
    }

    private static GuestReport boot(Daemons daemons, String scenario) throws Exception {
        return GuestBoot.on(daemons.socket("files")).scenario(scenario).assertPassed();
    }

    private static List<String> checksums(GuestReport report) {
        return report.words().stream().filter(word -> word.startsWith("sha256 ")).toList();
    }
}
