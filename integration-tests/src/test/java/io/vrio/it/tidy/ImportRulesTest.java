// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.tidy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may import whom: the rules that keep each part testable without the others. */
class ImportRulesTest {
    private static JavaClasses product;

    @BeforeAll
    static void readProduct() {
        // The folders, not the class path: there the modules' test fixtures would be mixed in.
        product =
                new ClassFileImporter()
                        .importPaths(
                                Stream.of(
                                                "common",
                                                "remote-transport",
                                                "vhost-user-server",
                                                "backends",
                                                "libvirt-hooks",
                                                "cli")
                                        .map(ImportRulesTest::classesOf)
                                        .toList());
    }

    private static Path classesOf(String module) {
        return SourceTree.root().resolve(module).resolve("target/classes");
    }

    @Test
    void shouldDependOnModulesBelowOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("common")
                .definedBy("io.vrio.common..")
                .layer("transport")
                .definedBy("io.vrio.transport..")
                .layer("server")
                .definedBy("io.vrio.server..")
                .layer("backends")
                .definedBy("io.vrio.backends..")
                .layer("libvirt")
                .definedBy("io.vrio.libvirt..")
                .layer("cli")
                .definedBy("io.vrio.cli..")
                .whereLayer("transport")
                .mayOnlyBeAccessedByLayers("server", "backends", "cli")
                .whereLayer("server")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("backends")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("libvirt")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("libvirt")
                .mayOnlyAccessLayers("common")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .check(product);
    }

    @Test
    void shouldMakeSystemCallsInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.vrio.common.sys..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai.jffi..")
                .check(product);
    }

    @Test
    void shouldTouchNativeMemoryInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.vrio.common.memory..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("net.openhft..", "sun.misc..")
                .check(product);
    }

    @Test
    void shouldKeepVirtqueueFreeOfVhostUser() {
        noClasses()
                .that()
                .resideInAPackage("io.vrio.server.virtqueue..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vrio.server.protocol..", "io.vrio.server.session..")
                .check(product);
    }

    /** What watches a descriptor by another way would not end its device's rest. */
    @Test
    void shouldLeadAllEventsThroughWhoLetsDevicesRest() {
        noClasses()
                .that()
                .resideInAnyPackage("io.vrio.server..")
                .and()
                .doNotHaveSimpleName("DeviceSocket")
                .and()
                .doNotHaveSimpleName("DevicePlace")
                .and()
                .doNotHaveSimpleName("Handover")
                .should()
                .dependOnClassesThat()
                .haveSimpleName("Worker")
                .check(product);
    }

    @Test
    void shouldKeepProtocolToBytes() {
        noClasses()
                .that()
                .resideInAPackage("io.vrio.server.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.vrio.server.session..",
                        "io.vrio.server.virtqueue..",
                        "io.vrio.server.device..",
                        "io.vrio.server.worker..")
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void shouldNotTellTheDeviceWhereTheDiskIs() {
        noClasses()
                .that()
                .resideInAPackage("io.vrio.server.device..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vrio.transport..")
                .check(product);
    }

    /** Requests become bytes above these packages, in {@code message} and {@code remote}. */
    @Test
    void shouldNotTellTheTransportWhatADiskIs() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.vrio.transport.wire..",
                        "io.vrio.transport.link..",
                        "io.vrio.transport.flow..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vrio.common.io..")
                .allowEmptyShould(true)
                .check(product);
    }

    /** What libvirt calls may not call libvirt: it would wait for itself. */
    @Test
    void shouldNotCallLibvirtFromItsHook() {
        noClasses()
                .that()
                .resideInAnyPackage("io.vrio.libvirt.domain..", "io.vrio.libvirt.hook..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vrio.libvirt.admin..", "org.libvirt..", "com.sun.jna..")
                .check(product);
    }

    /** Daemons work where libvirt is not installed. */
    @Test
    void shouldCallLibvirtInOnePackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.vrio.libvirt.admin..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.libvirt..", "com.sun.jna..")
                .check(product);
    }

    @Test
    void shouldNotTellAnInterposerWhoIsNext() {
        slices().matching("io.vrio.backends.interpose.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void shouldPrintExitAndReadTheEnvironmentInTheCommandOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.vrio.cli..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .check(product);
    }
}
