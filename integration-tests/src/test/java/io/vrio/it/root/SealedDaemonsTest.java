// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.bench.frontend.GuestOptions;
import io.vrio.it.Requires;
import io.vrio.transport.secure.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both daemons with keys: the right ones, wrong ones, and none. */
@Tag("root")
@Timeout(120)
final class SealedDaemonsTest {
    private static final GuestOptions OPTIONS =
            GuestOptions.DEFAULT.withQueues(2, 128).withSlots(8, 256 << 10);
    private static final String SERVER = Hosts.VM_ADDRESS;

    @TempDir Path folder;
    private Hosts hosts;
    private Daemons daemons;
    private String disk;
    private Path keys;
    private Path serverKey;

    @BeforeEach
    void open() throws Exception {
        Requires.root();
        Requires.program("ip");
        hosts = Hosts.joined(1500);
        daemons = new Daemons(hosts, folder);
        disk = "a=file:" + folder.resolve("a.img") + ",size=32M";
        keys = Files.createDirectory(folder.resolve("keys"));
        serverKey = newKey(folder.resolve("server.key"));
    }

    @AfterEach
    void close() {
        if (hosts != null) {
            daemons.close();
            hosts.close();
        }
    }

    private static Path newKey(Path file) throws Exception {
        KeyFile.create(file, new SecureRandom());
        return file;
    }

    /** The IOhyp knows the server by this key from now on. */
    private void admit(Path key) throws IOException {
        Files.copy(
                key,
                keys.resolve(SERVER + ".key"),
                StandardCopyOption.COPY_ATTRIBUTES,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void startIohyp() throws IOException {
        daemons.iohyp("--disk", disk, "--key-file", keys.toString());
    }

    private void startServer() throws IOException {
        daemons.server("--disk", "a", "--key-file", serverKey.toString());
    }

    private static long count(String log, String part) {
        return log.lines().filter(line -> line.contains(part)).count();
    }

    @Test
    void shouldServeADisk() throws Exception {
        admit(serverKey);
        startIohyp();
        startServer();
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(500).finish();
        }
        daemons.awaitServerLog("security=Noise_NNpsk0_25519_AESGCM_SHA256");
    }

    @Test
    void shouldLoseNothingWhenTheIohypIsKilledAndStartedAgain() throws Exception {
        admit(serverKey);
        startIohyp();
        startServer();
        try (VerifiedLoad load = VerifiedLoad.start(daemons.socket("a"), OPTIONS, 1)) {
            load.awaitProgress(300);
            daemons.iohyp().kill();
            startIohyp();
            load.awaitProgress(300).finish();
        }
    }

    @Test
    void shouldSayGoodbyeSoThatTheOtherEndKnowsAtOnce() throws Exception {
        admit(serverKey);
        startIohyp();
        startServer();
        daemons.awaitServerLog("state=established");
        daemons.iohyp().close();
        daemons.awaitServerLog("the IOhyp has stopped");
    }

    @Test
    void shouldRefuseAServerWithAnotherKey() throws Exception {
        admit(newKey(folder.resolve("other.key")));
        startIohyp();
        startServer();
        daemons.awaitServerLog("the IOhyp has another key for this server, or none");
        daemons.awaitIohypLog("wrong key for server " + SERVER);
        assertEquals(1, count(daemons.iohyp().log(), "refused"));
    }

    @Test
    void shouldLetInAServerWhoseKeyComesLater() throws Exception {
        startIohyp();
        startServer();
        daemons.awaitIohypLog("there is no key for server " + SERVER);
        admit(serverKey);
        daemons.awaitServerLog("state=established");
        assertTrue(daemons.iohyp().log().contains("server=" + SERVER));
    }

    @Test
    void shouldNotServeWithoutAKeyWhenThereAreKeys() throws Exception {
        startIohyp();
        daemons.server("--disk", "a");
        daemons.awaitServerLog("the IOhyp lets in nobody without a key");
        assertEquals(1, count(daemons.server().log(), "WARN"));
    }

    @Test
    void shouldNotGiveUpItsKeyForAnIohypWithoutOne() throws Exception {
        daemons.iohyp("--disk", disk);
        startServer();
        daemons.awaitServerLog("the IOhyp runs with --insecure and has no keys");
    }
}
