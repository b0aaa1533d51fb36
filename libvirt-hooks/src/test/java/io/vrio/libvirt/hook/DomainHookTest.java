// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.clock.ManualClock;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainXml;
import io.vrio.libvirt.domain.DomainXmlException;
import io.vrio.libvirt.hook.DeviceRecord.Maker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Domains that start, run and end, at a server whose IOhyp the test plays. */
class DomainHookTest {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    @TempDir private Path root;
    private Path folder;
    private FakeHost host;
    private DomainHook hook;
    private final ManualClock clock = new ManualClock(0);

    /** What happens while the hook waits. */
    private Runnable meanwhile = () -> {};

    @BeforeEach
    void start() throws Exception {
        folder = Files.createDirectory(root.toRealPath().resolve("run"));
        host = new FakeHost(folder);
        hook =
                new DomainHook(
                        host,
                        clock,
                        () -> {
                            clock.advance(PAUSE_NS);
                            meanwhile.run();
                        });
    }

    private String disk(String socket) {
        return "<disk type='vhostuser'><source type='unix' path='" + socket + "'/></disk>";
    }

    private String nic(String socket, String mode) {
        return "<interface type='vhostuser'><source type='unix' path='%s' mode='%s'/></interface>"
                .formatted(socket, mode);
    }

    private String in(String file) {
        return folder.resolve(file).toString();
    }

    private static String xml(String name, String described, String devices) {
        return """
               <domain type='kvm'><name>%s</name><uuid>uuid-of-%s</uuid>
               <metadata><vrio:devices xmlns:vrio='https://vrio.io/xmlns/domain/1.0'>%s</vrio:devices>
               </metadata><devices>%s</devices></domain>
               """
                .formatted(name, name, described, devices);
    }

    private static Domain domain(String name, String described, String devices)
            throws DomainXmlException {
        return DomainXml.parse(xml(name, described, devices));
    }

    /** With a disk {@code a} and a NIC {@code b}. */
    private Domain twoDevices(String name) throws DomainXmlException {
        return domain(name, "", disk(in("a.sock")) + nic(in("b.sock"), "client"));
    }

    private String refusal(Domain domain) {
        return assertThrows(HookException.class, () -> hook.prepare(domain, true)).getMessage();
    }

    @Test
    void shouldMakeWhatTheDomainNames() throws Exception {
        hook.prepare(twoDevices("vm"), true);

        assertEquals(List.of("disk a", "NIC b"), host.labels());
        assertEquals("vm", host.owner("a"));
        assertEquals(host.devices, host.kept);
    }

    @Test
    void shouldUseWhatIsThere() throws Exception {
        host.with(DeviceKind.DISK, "a", Maker.OPTION);

        hook.prepare(domain("vm", "", disk(in("a.sock"))), true);

        assertEquals(List.of("disk a"), host.labels());
        assertEquals(Maker.OPTION, host.devices.get(0).maker());
        assertEquals("vm", host.owner("a"));
    }

    @Test
    void shouldLeaveOthersSocketsAlone() throws Exception {
        hook.prepare(domain("vm", "", disk("/run/spdk/a.sock") + disk("relative.sock")), true);

        assertEquals(List.of(), host.labels());
    }

    @Test
    void shouldKnowTheFolderByItsOtherName() throws Exception {
        Path link = Files.createSymbolicLink(root.resolve("link"), folder);

        hook.prepare(domain("vm", "", disk(link.resolve("a.sock").toString())), true);

        assertEquals(folder.resolve("a.sock"), host.devices.get(0).socket());
    }

    @Test
    void shouldMakeWhatTheMetadataDescribesForLater() throws Exception {
        hook.prepare(domain("vm", "<vrio:disk name='later'/>", ""), true);

        assertEquals(List.of("disk later"), host.labels());
        assertEquals(folder.resolve("later.sock"), host.devices.get(0).socket());
    }

    @Test
    void shouldLeaveMetadataWithoutASocketToTheFirstServer() throws Exception {
        String described = "<vrio:disk name='x'/><vrio:disk name='y' socket='%s'/>";

        hook.prepare(domain("vm", described.formatted(in("y.sock")), ""), false);

        assertEquals(List.of("disk y"), host.labels());
    }

    @Test
    void shouldNameADeviceAsTheMetadataDoes() throws Exception {
        String described = "<vrio:disk name='data' socket='" + in("odd") + "'/>";

        hook.prepare(domain("vm", described, disk(in("odd"))), true);

        assertEquals(List.of("disk data"), host.labels());
    }

    @Test
    void shouldRefuseASocketThatNamesNoDevice() throws Exception {
        String refusal = refusal(domain("vm", "", disk(in("server.control"))));

        assertTrue(refusal.contains("is called NAME.sock"), refusal);
    }

    @Test
    void shouldRefuseServerMode() throws Exception {
        String refusal = refusal(domain("vm", "", nic(in("b.sock"), "server")));

        assertTrue(refusal.contains("write mode='client'"), refusal);
        assertEquals(List.of(), host.labels());
    }

    @Test
    void shouldRefuseADiskAtTheSocketOfANic() throws Exception {
        host.with(DeviceKind.NIC, "b", Maker.OPTION);

        assertEquals(
                "the domain's disk b: it is a disk, but its socket is that of a NIC;"
                        + " use a socket of its own",
                refusal(domain("vm", "", disk(in("b.sock")))));
    }

    @Test
    void shouldRefuseADeviceThatIsServedElsewhere() throws Exception {
        host.devices.add(
                new DeviceRecord(
                        DeviceKind.DISK,
                        "a",
                        Path.of("/srv/a.sock"),
                        Maker.OPTION,
                        Optional.empty()));

        String refusal = refusal(domain("vm", "", disk(in("a.sock"))));

        assertTrue(refusal.startsWith("disk a is served at /srv/a.sock, but"), refusal);
    }

    @Test
    void shouldRefuseTwoDevicesAtOneSocket() throws Exception {
        String refusal = refusal(domain("vm", "", disk(in("a.sock")) + disk(in("a.sock"))));

        assertTrue(refusal.startsWith("two devices of the domain have the socket"), refusal);
    }

    @Test
    void shouldWaitForTheAnswerOfTheIohyp() throws Exception {
        host.standings.put("a", FakeHost.WAITING);
        meanwhile = () -> host.standings.remove("a");

        hook.prepare(twoDevices("vm"), true);

        assertEquals(PAUSE_NS, clock.nanoTime());
    }

    @Test
    void shouldNotWaitForEverForTheIohyp() throws Exception {
        host.standings.put("b", FakeHost.WAITING);

        String refusal = refusal(twoDevices("vm"));

        assertEquals("NIC b: the IOhyp does not answer (see vrio peer list)", refusal);
        assertEquals(DomainHook.ANSWER_NS_MAX, clock.nanoTime());
        assertEquals(List.of(), host.labels());
    }

    @Test
    void shouldTellThatTheIohypIsAway() throws Exception {
        host.standings.put("a", FakeHost.WAITING);
        host.awayReason = "nothing listens at 10.0.0.2:8746: start vrio iohyp there";

        String refusal = refusal(twoDevices("vm"));

        assertTrue(refusal.startsWith("disk a: the IOhyp is away: nothing listens at"), refusal);
        assertEquals(DomainHook.OBSTACLE_NS_MAX, clock.nanoTime());
    }

    @Test
    void shouldTellWhyTheIohypRefuses() throws Exception {
        host.standings.put("b", FakeHost.refused("there is no NIC b"));

        assertEquals("NIC b is refused by the IOhyp: there is no NIC b", refusal(twoDevices("vm")));
    }

    /** What one device has to tell must not wait for the silence of another. */
    @Test
    void shouldTellWhatIsKnownFirst() throws Exception {
        host.standings.put("a", FakeHost.WAITING);
        host.standings.put("b", FakeHost.refused("there is no NIC b"));

        assertTrue(refusal(twoDevices("vm")).startsWith("NIC b is refused"));
    }

    @Test
    void shouldRefuseASocketThatAnotherQemuHas() throws Exception {
        host.with(DeviceKind.DISK, "a", Maker.OPTION);
        host.standings.put("a", FakeHost.usedBy(4711));

        String refusal = refusal(twoDevices("vm"));

        assertTrue(refusal.startsWith("disk a is in use by process 4711, which"), refusal);
        assertEquals(List.of("disk a"), host.labels());
    }

    @Test
    void shouldWaitForTheEndOfAFormerQemu() throws Exception {
        host.with(DeviceKind.DISK, "a", Maker.OPTION);
        host.standings.put("a", FakeHost.usedBy(4711));
        meanwhile = () -> host.standings.remove("a");

        hook.prepare(twoDevices("vm"), true);

        assertEquals("vm", host.owner("a"));
    }

    @Test
    void shouldRefuseADeviceOfAnotherDomain() throws Exception {
        hook.prepare(twoDevices("first"), true);

        String refusal = refusal(twoDevices("second"));

        assertTrue(refusal.startsWith("disk a belongs to domain first: shut that down"), refusal);
        assertTrue(refusal.endsWith("vrio domain release first"), refusal);
        assertEquals("first", host.owner("b"));
    }

    @Test
    void shouldLeaveNothingBehindWhenOneCannotBeMade() throws Exception {
        host.with(DeviceKind.NIC, "b", Maker.OPERATOR);
        host.broken = "c";
        Domain domain =
                domain("vm", "<vrio:nic name='b'/>", disk(in("a.sock")) + disk(in("c.sock")));

        assertEquals("disk c: no descriptors are left", refusal(domain));
        assertEquals(List.of("NIC b"), host.labels());
        assertEquals("", host.owner("b"));
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotBeKept() throws Exception {
        host.with(DeviceKind.NIC, "b", Maker.OPERATOR);
        host.isDiskFull = true;

        assertEquals("disks.json cannot be written", refusal(twoDevices("vm")));
        assertEquals(List.of("NIC b"), host.labels());
        assertEquals("", host.owner("b"));
    }

    @Test
    void shouldFreeWhatItMadeAndNothingElse() throws Exception {
        host.with(DeviceKind.NIC, "b", Maker.OPERATOR);
        hook.prepare(twoDevices("vm"), true);

        hook.release("vm");

        assertEquals(List.of("NIC b"), host.labels());
        assertEquals("", host.owner("b"));
        assertEquals(host.devices, host.kept);
    }

    @Test
    void shouldPrepareAgainRightAfterRelease() throws Exception {
        hook.prepare(twoDevices("vm"), true);
        hook.release("uuid-of-vm");
        hook.prepare(twoDevices("vm"), true);

        assertEquals(List.of("disk a", "NIC b"), host.labels());
    }

    @Test
    void shouldFindNothingToReleaseInADomainOfOthers() throws Exception {
        assertEquals(List.of(), hook.release("unknown"));
    }

    /** Its own QEMU is dead when libvirt says so; this one must be somebody else's. */
    @Test
    void shouldNotPullADeviceFromUnderAnotherProcess() throws Exception {
        hook.prepare(twoDevices("vm"), true);
        host.standings.put("a", FakeHost.usedBy(4711));

        hook.release("vm");

        assertEquals(List.of("disk a"), host.labels());
        assertEquals(Maker.OPERATOR, host.devices.get(0).maker());
    }

    /** The server did not run when the domain ended, and the domain was changed meanwhile. */
    @Test
    void shouldFreeWhatTheDomainHasNoMore() throws Exception {
        hook.prepare(twoDevices("vm"), true);

        hook.prepare(domain("vm", "", disk(in("a.sock"))), true);

        assertEquals(List.of("disk a"), host.labels());
    }

    @Test
    void shouldLearnFromARunningDomain() throws Exception {
        host.with(DeviceKind.DISK, "a", Maker.OPTION);
        host.standings.put("a", FakeHost.usedBy(4711));
        host.standings.put("b", FakeHost.WAITING);

        hook.reconnect(twoDevices("vm"), true);

        assertEquals(List.of("disk a", "NIC b"), host.labels());
        assertEquals("vm", host.owner("a"));
        assertEquals("vm", host.owner("b"));
        assertEquals(0, clock.nanoTime());
    }

    @Test
    void shouldRewriteTheSocketsOfAnotherHost() throws Exception {
        String there = "<vrio:disk name='a' socket='/srv/there/a.sock'/><vrio:nic name='b'/>";
        String before =
                xml("vm", there, disk("/srv/there/a.sock") + nic("/srv/there/b.sock", "client"));

        String after = hook.rewrite(before, true).orElseThrow();

        assertEquals(
                before.replace("/srv/there/a.sock", in("a.sock"))
                        .replace("/srv/there/b.sock", in("b.sock")),
                after);
    }

    @Test
    void shouldRewriteToTheSocketThatADeviceHasHere() throws Exception {
        host.devices.add(
                new DeviceRecord(
                        DeviceKind.DISK,
                        "a",
                        Path.of("/srv/a.sock"),
                        Maker.OPTION,
                        Optional.empty()));

        String after = hook.rewrite(xml("vm", "", disk(in("a.sock"))), true).orElseThrow();

        assertEquals("/srv/a.sock", DomainXml.parse(after).devices().get(0).socket());
    }

    @Test
    void shouldNotRewriteWhatIsRight() throws Exception {
        String xml = xml("vm", "<vrio:disk name='a'/>", disk(in("a.sock")) + disk("/run/x/z.sock"));

        assertEquals(Optional.empty(), hook.rewrite(xml, true));
    }

    @Test
    void shouldTellWhichDomainHasWhat() throws Exception {
        host.with(DeviceKind.NIC, "free", Maker.OPERATOR);
        hook.prepare(twoDevices("vm"), true);

        assertEquals(
                List.of("disk a", "NIC b"),
                hook.domains().get(new DomainId("vm", "uuid-of-vm")).stream()
                        .map(DeviceRecord::label)
                        .toList());
    }
}
