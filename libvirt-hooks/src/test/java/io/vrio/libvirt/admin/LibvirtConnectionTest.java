// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.libvirt.admin.GuestDomain.Scope;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The C library, called: answers, events and errors, each error once and nowhere else. */
class LibvirtConnectionTest {
    private static final UUID ID = UUID.randomUUID();

    private TestDriver driver;
    private LibvirtConnection connection;

    @BeforeEach
    void connect() throws Exception {
        driver = TestDriver.open();
        connection = LibvirtConnection.open(TestDriver.URI);
    }

    @AfterEach
    void close() throws Exception {
        if (connection != null) {
            connection.close();
        }
        if (driver != null) {
            driver.close();
        }
    }

    @Test
    void shouldFindADomainByNameAndByUuid() throws Exception {
        driver.define("found", ID, "");

        assertEquals(ID.toString(), connection.find("found").orElseThrow().uuid());
        assertEquals("found", connection.find(ID.toString()).orElseThrow().name());
        assertEquals(Optional.empty(), connection.find("missing"));
        assertEquals(Optional.empty(), connection.find(UUID.randomUUID().toString()));
    }

    @Test
    void shouldTellHowADomainIs() throws Exception {
        driver.define("idle", ID, "<vrio:disk name='data'/>");

        GuestDomain domain = connection.find("idle").orElseThrow();

        assertFalse(domain.isRunning());
        assertTrue(domain.isPersistent());
        assertEquals(Optional.empty(), domain.xml(Scope.LIVE));
        assertTrue(
                DomainView.of(domain, Scope.CONFIG)
                        .orElseThrow()
                        .isDescribed(DeviceKind.DISK, "data"));
        driver.undefine(ID);
        assertEquals(Optional.empty(), domain.xml(Scope.CONFIG));
    }

    @Test
    void shouldListDomainsThatRunAndThatDoNot() throws Exception {
        driver.define("idle", ID, "");

        assertTrue(
                connection.all().stream()
                        .map(GuestDomain::name)
                        .toList()
                        // libvirt's fake begins with a domain of this name, which runs.
                        .containsAll(List.of("idle", "test")));
    }

    @Test
    void shouldSayWhatLibvirtSays() throws Exception {
        GuestDomain domain = connection.find("test").orElseThrow();

        String problem =
                assertThrows(
                                AdminException.class,
                                () -> domain.attach("<disk/>", EnumSet.of(Scope.LIVE)))
                        .getMessage();

        assertEquals(
                "cannot attach: libvirt says: this function is not supported by the connection"
                        + " driver: virDomainAttachDeviceFlags",
                problem);
    }

    @Test
    void shouldTellOfDomainsThatChange() throws Exception {
        BlockingQueue<String> changes = new LinkedBlockingQueue<>();
        connection.listen(changes::add);

        driver.define("changing", ID, "");
        assertEquals(ID.toString(), changes.poll(10, TimeUnit.SECONDS));
        driver.setMetadata(ID, "<disk name='data'/>");
        assertEquals(ID.toString(), changes.poll(10, TimeUnit.SECONDS));
        driver.undefine(ID);
        assertEquals(ID.toString(), changes.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldSayThatNoDaemonRuns() {
        String problem =
                assertThrows(
                                AdminException.class,
                                () -> LibvirtConnection.open("qemu+unix:///system?socket=/none"))
                        .getMessage();

        assertTrue(
                problem.startsWith(
                        "cannot connect to qemu+unix:///system?socket=/none: libvirtd (or virtqemud)"
                                + " is not running; start it ("),
                problem);
    }
}
