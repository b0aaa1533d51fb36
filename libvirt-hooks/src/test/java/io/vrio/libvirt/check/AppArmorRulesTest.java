// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AppArmorRulesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/{,var/}run/vrio/*.sock rw,; true",
                "/run/vrio/** rwk, # all of it; true",
                "owner \"/run/vrio/vm?.sock\" w,; true",
                "/run/vrio/vm1.sock rw,; true",
                "/run/** w,; true",
                "/run/*.sock rw,; false",
                "/run/vrio/*.sock r,; false",
                "/run/vrioX*.sock rw,; false",
                "#/run/vrio/*.sock rw,; false",
                "deny /run/vrio/*.sock rw,; false",
                "/run/vrio/{a,b}.sock rw,; false",
                "/run/vrio/{a rw,; false",
                "unix (connect) addr=/run/vrio/vm1.sock,; false"
            })
    void shouldReadRules(String rules, boolean isWritable) {
        assertEquals(isWritable, AppArmorRules.parse(rules).isWritable("/run/vrio/vm1.sock"));
    }
}
