// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountTest {
    /** Mode in octal, owner and group of a socket; whether user 7 of group 8 may connect. */
    @ParameterizedTest
    @CsvSource({
        "660, 0, 8, true",
        "660, 7, 0, true",
        "660, 0, 0, false",
        "666, 0, 0, true",
        "606, 0, 8, false",
        "066, 7, 8, false",
        "640, 0, 8, false"
    })
    void shouldJudgeAsTheKernelDoes(String mode, int user, int group, boolean may) {
        PathFacts socket =
                new PathFacts(PathFacts.Kind.SOCKET, Integer.parseInt(mode, 8), user, group);

        assertEquals(may, new Account("q", 7, Set.of(8)).mayConnect(socket));
    }

    @ParameterizedTest
    @CsvSource({"750, 8, true", "740, 8, false", "755, 0, true", "700, 0, false"})
    void shouldPassFoldersThatItMayExecute(String mode, int group, boolean may) {
        PathFacts folder =
                new PathFacts(PathFacts.Kind.FOLDER, Integer.parseInt(mode, 8), 0, group);

        assertEquals(may, new Account("q", 7, Set.of(8)).mayPass(folder));
    }

    @ParameterizedTest
    @CsvSource({"000", "600"})
    void shouldLetRootDoAll(String mode) {
        PathFacts socket = new PathFacts(PathFacts.Kind.SOCKET, Integer.parseInt(mode, 8), 7, 7);

        assertEquals(true, new Account("root", 0, Set.of(0)).mayConnect(socket));
    }
}
