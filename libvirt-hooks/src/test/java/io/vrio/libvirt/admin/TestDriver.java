// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/** libvirt's own fake, inside this process: domains without guests. It has no hot-plug. */
final class TestDriver implements AutoCloseable {
    static final String URI = "test:///default";

    private final Connect connect;
    private final Set<UUID> defined = new HashSet<>();

    private TestDriver(Connect connect) {
        this.connect = connect;
    }

    /** Skips the test where there is no libvirt. */
    static TestDriver open() throws LibvirtException {
        try {
            LibvirtLibrary.load();
        } catch (AdminException e) {
            assumeTrue(false, e.getMessage());
        }
        return new TestDriver(new Connect(URI));
    }

    /** Defines a domain, or another one of this name and UUID. */
    void define(String name, UUID uuid, String metadata) throws LibvirtException {
        defined.add(uuid);
        free(
                connect.domainDefineXML(
                        """
                        <domain type='test'>
                          <name>%s</name><uuid>%s</uuid>
                          <metadata>
                            <vrio:devices xmlns:vrio='https://vrio.io/xmlns/domain/1.0'>
                              %s
                            </vrio:devices>
                          </metadata>
                          <memory>65536</memory>
                          <os><type>hvm</type></os>
                        </domain>
                        """
                                .formatted(name, uuid, metadata)));
    }

    void setMetadata(UUID uuid, String devices) throws LibvirtException {
        Domain domain = connect.domainLookupByUUIDString(uuid.toString());
        domain.setMetadata(
                Domain.MetadataType.ELEMENT,
                "<devices>" + devices + "</devices>",
                "vrio",
                "https://vrio.io/xmlns/domain/1.0",
                Domain.ModificationImpact.CONFIG);
        free(domain);
    }

    void undefine(UUID uuid) throws LibvirtException {
        defined.remove(uuid);
        Domain domain = connect.domainLookupByUUIDString(uuid.toString());
        domain.undefine();
        free(domain);
    }

    private static void free(Domain domain) throws LibvirtException {
        domain.free();
    }

    @Override
    public void close() throws LibvirtException {
        for (UUID uuid : Set.copyOf(defined)) {
            undefine(uuid);
        }
        connect.close();
    }
}
