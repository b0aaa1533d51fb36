// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QemuConfigurationTest {
    private static final String PASSWD =
            """
            root:x:0:0:root:/root:/bin/bash
            libvirt-qemu:x:64055:110:Libvirt Qemu,,,:/var/lib/libvirt:/usr/sbin/nologin
            vm:x:1001:1001::/:/bin/sh
            """;

    private static final String GROUP =
            """
            root:x:0:
            kvm:x:110:
            libvirt-qemu:x:64055:libvirt-qemu
            render:x:120:other,vm
            vm:x:1001:
            """;

    private static QemuConfiguration with(String qemuConf) {
        return new QemuConfiguration(qemuConf, PASSWD, GROUP);
    }

    @Test
    void shouldTakeDebiansUserUnlessAnotherIsChosen() {
        assertEquals(
                Optional.of(new Account("libvirt-qemu", 64055, Set.of(110, 64055))),
                with("#user = \"root\"\n# group = \"root\"\n").account());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user = \"vm\"\ngroup = \"kvm\"",
                " user=\"+1001\"\n group=\"+110\"",
                "user = \"root\"\nuser = \"1001\"\ngroup = \"110\""
            })
    void shouldTakeTheChosenUser(String qemuConf) {
        assertEquals(
                Optional.of(new Account("vm", 1001, Set.of(1001, 120, 110))),
                with(qemuConf).account());
    }

    @Test
    void shouldNotGuessAUserThatIsNotThere() {
        assertEquals(Optional.empty(), with("user = \"nobody-knows\"").account());
        assertEquals(
                Optional.empty(), new QemuConfiguration("", "root:x:0:0::/:/", GROUP).account());
    }

    @ParameterizedTest
    @ValueSource(strings = {"security_driver = \"none\"", "x = 1\nsecurity_driver = [ \"none\" ]"})
    void shouldSeeThatNothingConfinesQemu(String qemuConf) {
        assertTrue(with(qemuConf).isUnconfined());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "#security_driver = \"none\"", "security_driver = \"apparmor\""})
    void shouldSeeThatQemuMayBeConfined(String qemuConf) {
        assertFalse(with(qemuConf).isUnconfined());
    }
}
