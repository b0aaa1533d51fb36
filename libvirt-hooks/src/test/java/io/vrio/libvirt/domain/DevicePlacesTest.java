// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where devices are plugged in, and what is free. */
class DevicePlacesTest {
    private static final String ROOT = "<controller type='pci' index='0' model='pcie-root'/>";
    private static final String PORT = "<controller type='pci' index='%d' model='pcie-root-port'/>";

    private static DevicePlaces places(String devices) throws DomainXmlException {
        return DevicePlaces.read("<domain><devices>" + devices + "</devices></domain>");
    }

    private static String device(String bus) {
        return "<disk type='file'><address type='pci' bus='%s' slot='0x00'/></disk>".formatted(bus);
    }

    @Test
    void shouldFindTheElementOfASocketWhole() throws Exception {
        String disk =
                "<disk type=\"vhostuser\"><source path=\"/a.sock\"/><target dev=\"vdb\"/></disk>";

        assertEquals(Optional.of(disk), places(disk).element(DeviceKind.DISK, "/a.sock"));
        assertEquals(Optional.empty(), places(disk).element(DeviceKind.NIC, "/a.sock"));
        assertEquals(Optional.empty(), places(disk).element(DeviceKind.DISK, "/b.sock"));
    }

    @Test
    void shouldKnowTheTargetsOfAllDisks() throws Exception {
        String disks =
                "<disk type='file'><target dev='sda'/></disk>"
                        + "<disk type='vhostuser'><target dev='vda'/></disk>"
                        + "<interface type='user'><target dev='vnet0'/></interface>";

        assertEquals(Set.of("sda", "vda"), places(disks).targets());
    }

    @Test
    void shouldCountTargetsAsLibvirtDoes() {
        Set<String> taken = new HashSet<>();
        for (char letter = 'a'; letter <= 'z'; letter++) {
            taken.add("vd" + letter);
        }

        assertEquals(Optional.of("vda"), DevicePlaces.freeTarget(Set.of("vdb")));
        assertEquals(Optional.of("vdaa"), DevicePlaces.freeTarget(taken));
        taken.add("vdaa");
        assertEquals(Optional.of("vdab"), DevicePlaces.freeTarget(taken));
    }

    @Test
    void shouldFindAnEmptyPort() throws Exception {
        assertTrue(places(ROOT + PORT.formatted(1)).hasFreePort());
        assertTrue(
                places(ROOT + PORT.formatted(1) + PORT.formatted(10) + device("0x01"))
                        .hasFreePort());
        assertFalse(
                places(ROOT + PORT.formatted(1) + PORT.formatted(10) + device("1") + device("0x0a"))
                        .hasFreePort());
        assertFalse(places(ROOT).hasFreePort());
    }

    @Test
    void shouldPassOverPortsThatTakeNothingWhileTheGuestRuns() throws Exception {
        String port =
                "<controller type='pci' index='1' model='pcie-root-port'>"
                        + "<target hotplug='off'/></controller>";

        assertFalse(places(ROOT + port).hasFreePort());
    }

    @Test
    void shouldTakeSlotsOfAConventionalBus() throws Exception {
        String root = "<controller type='pci' index='0' model='pci-root'/>";
        StringBuilder devices = new StringBuilder(root);
        for (int slot = 1; slot <= 31; slot++) {
            devices.append(
                    "<disk><address type='pci' bus='0x00' slot='0x%02x'/></disk>".formatted(slot));
        }

        assertTrue(places(root + device("0x00")).hasFreePort());
        assertFalse(places(devices.toString()).hasFreePort());
    }

    @Test
    void shouldNotJudgeMachinesWithoutPci() throws Exception {
        assertTrue(places("<disk><address type='ccw'/></disk>").hasFreePort());
    }

    @Test
    void shouldNotFallOverStrangeNumbers() throws Exception {
        assertTrue(places(ROOT + PORT.formatted(1) + device("09") + device("-1")).hasFreePort());
    }
}
