// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.libvirt.domain.DeviceKind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a server serves while domains come, change and go, and while it is away itself. */
class DomainWatchTest {
    private final UUID id = UUID.randomUUID();
    private final FakeServer server = new FakeServer();
    private TestDriver driver;
    private DomainWatch watch;

    @BeforeEach
    void connect() throws Exception {
        driver = TestDriver.open();
    }

    @AfterEach
    void close() throws Exception {
        if (watch != null) {
            watch.close();
        }
        if (driver != null) {
            driver.close();
        }
    }

    private void start() throws AdminException {
        watch = DomainWatch.start(TestDriver.URI, server);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean() && endNs - System.nanoTime() > 0) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertTrue(condition.getAsBoolean(), "did not come about in time");
    }

    private void awaitServed(String... names) throws InterruptedException {
        await(() -> server.names().equals(List.of(names)));
    }

    @Test
    void shouldServeWhatIsDescribedAtItsStart() throws Exception {
        driver.define("vm1", id, "<vrio:disk name='a'/><vrio:nic name='b' socket='/s/b.sock'/>");

        start();

        assertEquals(List.of("create a", "create b"), server.calls());
        assertEquals(Optional.of(id.toString()), server.all().get(0).domain());
        assertEquals("/s/b.sock", server.all().get(1).socket().toString());
    }

    @Test
    void shouldFollowADomain() throws Exception {
        start();

        driver.define("vm1", id, "<vrio:disk name='a'/>");
        awaitServed("a");
        driver.setMetadata(id, "<disk name='a'/><disk name='b'/>");
        awaitServed("a", "b");
        driver.setMetadata(id, "<disk name='b'/>");
        awaitServed("b");
        driver.undefine(id);
        awaitServed();
    }

    @Test
    void shouldLeaveWhatSomebodyElseHadServed() throws Exception {
        server.serve(DeviceKind.DISK, "operators");
        server.serve(DeviceKind.DISK, "others").domain = Optional.of(otherDomain());
        driver.define("vm1", id, "<vrio:disk name='operators'/><vrio:disk name='own'/>");
        start();
        awaitServed("operators", "others", "own");

        driver.undefine(id);

        awaitServed("operators", "others");
    }

    /** Of a domain that is there as long as libvirt's fake is. */
    private static String otherDomain() throws AdminException {
        try (LibvirtConnection connection = LibvirtConnection.open(TestDriver.URI)) {
            return connection.find("test").orElseThrow().uuid();
        }
    }

    @Test
    void shouldEndWhatADomainLeftThatWentAwayUnseen() throws Exception {
        server.serve(DeviceKind.DISK, "left").domain = Optional.of(id.toString());

        start();

        assertEquals(List.of("delete left"), server.calls());
    }

    @Test
    void shouldNotPullADeviceFromUnderAProcess() throws Exception {
        driver.define("vm1", id, "<vrio:disk name='a'/><vrio:disk name='b'/>");
        start();
        awaitServed("a", "b");
        server.connect(OptionalLong.of(4711));

        driver.undefine(id);
        driver.define("vm2", UUID.randomUUID(), "<vrio:disk name='after'/>");

        awaitServed("a", "after", "b");
    }

    @Test
    void shouldServeAgainAfterARestartOfTheServer() throws Exception {
        driver.define("vm1", id, "<vrio:disk name='a'/>");
        start();
        awaitServed("a");

        server.fail("no daemon answers");
        driver.setMetadata(id, "<disk name='a'/><disk name='b'/>");
        server.restart();

        awaitServed("a", "b");
    }

    @Test
    void shouldServeTheOthersWhenOneCannotBeServed() throws Exception {
        driver.define("vm1", id, "<vrio:disk name='bad'/><vrio:disk name='good'/>");

        start();

        awaitServed("good");
    }

    @Test
    void shouldStartWhileNoServerRuns() throws Exception {
        server.fail("no daemon answers");
        driver.define("vm1", id, "<vrio:disk name='a'/>");
        start();
        assertEquals(List.of(), server.names());

        server.fail("");

        awaitServed("a");
    }
}
