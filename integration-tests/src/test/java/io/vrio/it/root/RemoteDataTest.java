// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.wire.IpVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests on one host and their disks on another: all data are right, whatever the wire does. */
@Tag("root")
@Timeout(120)
final class RemoteDataTest {
    private static final int MIB = 1 << 20;
    private static final GuestOptions LARGE =
            GuestOptions.DEFAULT.withSlots(4, 4 * MIB).withMemory(64 * MIB);
    private static final GuestOptions FOUR_QUEUES =
            GuestOptions.DEFAULT.withQueues(4, 128).withSlots(8, 256 << 10).withMemory(64 * MIB);

    @TempDir Path folder;

    @BeforeEach
    void checkMachine() {
        Requires.root();
        Requires.program("ip");
        Requires.program("ethtool");
        Requires.program("nft");
    }

    @ParameterizedTest
    @CsvSource({"1500, V4", "9000, V4", "1500, V6", "9000, V6"})
    void shouldKeepDataRightWithAndWithoutOffloads(int mtu, IpVersion version) throws Exception {
        try (Hosts hosts = Hosts.joined(mtu, version);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=ram:64M", "--disk", "b=file:" + folder + "/b,size=32M");
            daemons.server("--disk", "a", "--disk", "b");
            try (VerifiedLoad large = VerifiedLoad.start(daemons.socket("a"), LARGE, mtu);
                    VerifiedLoad small =
                            VerifiedLoad.start(daemons.socket("b"), FOUR_QUEUES, mtu + 1)) {
                large.awaitProgress(100);
                small.awaitProgress(1000);
                hosts.withoutOffloads();
                large.awaitProgress(50);
                small.awaitProgress(1000);
                large.finish();
                small.finish();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",io=threads"})
    void shouldKeepDataRightThatBypassThePageCache(String io) throws Exception {
        try (Hosts hosts = Hosts.joined(1500, IpVersion.V4);
                Daemons daemons = new Daemons(hosts, folder)) {
            daemons.iohyp("--disk", "a=file:" + folder + "/a,size=64M,direct" + io);
            daemons.server("--disk", "a");
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), LARGE, 1)) {
                load.awaitProgress(100).finish();
            }
            try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), FOUR_QUEUES, 2)) {
                load.awaitProgress(1000).finish();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(IpVersion.class)
    void shouldLoseNothingWhenTheNetworkLosesFrames(IpVersion version) throws Exception {
        try (Hosts hosts = Hosts.bridged(1500, version).withoutOffloads();
                Daemons daemons = new Daemons(hosts, folder)) {
            hosts.dropInTheMiddle(10);
            daemons.iohyp("--disk", "a=ram:64M");
            daemons.server("--disk", "a");
            try (VerifiedLoad load =
                    VerifiedLoad.start(
                            daemons.socket("a"), GuestOptions.DEFAULT.withSlots(8, MIB / 2), 1)) {
                load.awaitProgress(500).finish();
            }
            String rules = hosts.middle().run("nft", "list", "ruleset");
            assertFalse(rules.contains("packets 0 "), rules);
        }
    }
}
