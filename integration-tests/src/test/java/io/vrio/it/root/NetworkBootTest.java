// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vrio.it.qemu.GuestBoot;
import io.vrio.it.qemu.GuestReport;
import io.vrio.it.tidy.SourceTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest without a disk boots over a remote NIC: iPXE, QEMU's option ROM, gets an address by DHCP,
 * a script by TFTP, and Debian's kernel by HTTP, which then uses the NIC itself.
 */
@Tag("root")
@Tag("qemu")
@Timeout(120)
final class NetworkBootTest {
    private static final Path ROM = Path.of("/usr/lib/ipxe/qemu/efi-virtio.rom");
    private static final Path GUEST = SourceTree.root().resolve("target/guest");
    private static final int LENGTH = 1 << 20;

    @TempDir private Path folder;

    @Test
    void shouldBootByIpxe() throws Exception {
        assumeTrue(Files.exists(ROM), "needs the package ipxe-qemu");
        try (NetworkedGuest guest = NetworkedGuest.prepare(folder, 1500, bootOptions())) {
            makeFiles();
            guest.startDaemons("tap:vm1,bridge=" + Lan.BRIDGE);

            GuestReport report = GuestBoot.onNic(guest.socket()).fromNic("network").assertPassed();

            String digest = TransferServer.digestOfRandom(LENGTH);
            assertTrue(
                    report.words().contains("sha256 " + digest + " random/" + LENGTH),
                    () -> String.join("\n", report.words()));
        }
    }

    private String[] bootOptions() {
        return new String[] {
            "--enable-tftp", "--tftp-root=" + folder, "--dhcp-boot=boot.ipxe",
        };
    }

    private void makeFiles() throws Exception {
        String kernelLine =
                "console=ttyS0 quiet panic=-1 vrio.disk=none vrio.scenario=network"
                        + " vrio.server="
                        + Lan.ADDRESS
                        + " vrio.file=random/"
                        + LENGTH;
        Files.write(
                folder.resolve("boot.ipxe"),
                List.of(
                        "#!ipxe",
                        "kernel http://" + Lan.ADDRESS + "/vmlinuz " + kernelLine,
                        "initrd http://" + Lan.ADDRESS + "/initramfs",
                        "boot"));
        for (String file : List.of("vmlinuz", "initramfs")) {
            Files.copy(GUEST.resolve(file), folder.resolve(file));
        }
    }
}
