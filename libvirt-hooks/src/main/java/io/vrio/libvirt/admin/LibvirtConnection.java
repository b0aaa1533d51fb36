// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;
import org.libvirt.jna.ConnectionPointer;
import org.libvirt.jna.DomainPointer;
import org.libvirt.jna.Libvirt;
import org.libvirt.jna.Libvirt.VirDomainEventCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a libvirtd. One thread, but for the listener of {@link #listen}, which libvirt's
 * own thread calls.
 */
public final class LibvirtConnection implements Hypervisor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtConnection.class);

    /** Limit: after these two, a daemon that answers nothing counts as gone. */
    private static final int KEEP_ALIVE_SECONDS = 5;

    private static final int KEEP_ALIVE_COUNT = 3;

    /** VIR_DOMAIN_EVENT_ID_LIFECYCLE. */
    private static final int LIFECYCLE = 0;

    /** VIR_DOMAIN_EVENT_ID_METADATA_CHANGE. */
    private static final int METADATA_CHANGE = 23;

    private final Opened connect;

    /** What listens, by its number at libvirt. Kept for C, which calls it. */
    private final Map<Integer, VirDomainEventCallback> listeners = new HashMap<>();

    private LibvirtConnection(Opened connect) {
        this.connect = connect;
    }

    /** With the pointer, which libvirt-java wants for the events that it does not know. */
    private static final class Opened extends Connect {
        Opened(String uri) throws LibvirtException {
            super(uri);
        }

        ConnectionPointer pointer() {
            return vcp;
        }
    }

    /** virConnectDomainEventMetadataChangeCallback. JNA calls its one method by reflection. */
    private interface MetadataListener extends VirDomainEventCallback {
        void eventCallback(
                ConnectionPointer connection,
                DomainPointer domain,
                int type,
                String namespace,
                Pointer data);
    }

    /**
     * @throws AdminException with one line that says what to do
     */
    public static LibvirtConnection open(String uri) throws AdminException {
        LibvirtLibrary.load();
        try {
            Opened connect = new Opened(uri);
            keepAlive(connect);
            return new LibvirtConnection(connect);
        } catch (LibvirtException e) {
            throw new AdminException("cannot connect to " + uri + ": " + advice(e), e);
        }
    }

    private static void keepAlive(Connect connect) throws LibvirtException {
        try {
            connect.setKeepAlive(KEEP_ALIVE_SECONDS, KEEP_ALIVE_COUNT);
        } catch (LibvirtException e) {
            // A driver inside this process has no daemon to lose.
            if (e.getError().getCode() != ErrorNumber.VIR_ERR_NO_SUPPORT) {
                throw e;
            }
        }
    }

    private static String advice(LibvirtException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("Permission denied")
                || e.getError().getCode() == ErrorNumber.VIR_ERR_AUTH_FAILED
                || e.getError().getCode() == ErrorNumber.VIR_ERR_AUTH_UNAVAILABLE) {
            return "permission denied; become root or a member of the group libvirt ("
                    + reason
                    + ")";
        }
        if (reason.contains("Failed to connect socket")) {
            return "libvirtd (or virtqemud) is not running; start it (" + reason + ")";
        }
        return reason;
    }

    /**
     * From now on tells of each domain, by its UUID, that was defined, undefined, started, stopped
     * or has other metadata.
     *
     * @param onChange on libvirt's thread: must not ask libvirt anything
     */
    void listen(Consumer<String> onChange) throws AdminException {
        Libvirt.VirConnectDomainEventCallback lifecycle =
                (connection, domain, event, detail, data) -> {
                    onChange.accept(uuid(domain));
                    return 0;
                };
        MetadataListener metadata =
                (connection, domain, type, namespace, data) -> onChange.accept(uuid(domain));
        // Not by libvirt-java's listeners: it has none for metadata, and the others outlive it.
        register(LIFECYCLE, lifecycle);
        register(METADATA_CHANGE, metadata);
    }

    private void register(int event, VirDomainEventCallback listener) throws AdminException {
        int id =
                Libvirt.INSTANCE.virConnectDomainEventRegisterAny(
                        connect.pointer(), null, event, listener, null, null);
        if (id < 0) {
            throw new AdminException("this libvirt does not tell of its domains: event " + event);
        }
        listeners.put(id, listener);
    }

    private static String uuid(DomainPointer domain) {
        byte[] text = new byte[Libvirt.VIR_UUID_STRING_BUFLEN];
        Libvirt.INSTANCE.virDomainGetUUIDString(domain, text);
        return Native.toString(text);
    }

    boolean isAlive() {
        try {
            return connect.isAlive();
        } catch (LibvirtException e) {
            return false;
        }
    }

    @Override
    public Optional<GuestDomain> find(String nameOrUuid) throws AdminException {
        Optional<GuestDomain> byName = find(() -> connect.domainLookupByName(nameOrUuid));
        return byName.isPresent() || !nameOrUuid.matches("[0-9a-fA-F-]{32,36}")
                ? byName
                : find(() -> connect.domainLookupByUUIDString(nameOrUuid));
    }

    private Optional<GuestDomain> find(LibvirtDomain.Lookup lookup) throws AdminException {
        try {
            return Optional.of(LibvirtDomain.of(connect, lookup.lookup()));
        } catch (LibvirtException e) {
            if (LibvirtDomain.isGone(e)) {
                return Optional.empty();
            }
            throw failed("cannot look for a domain", e);
        }
    }

    @Override
    public List<GuestDomain> all() throws AdminException {
        try {
            List<GuestDomain> found = new ArrayList<>();
            for (Domain domain : connect.listAllDomains(0)) {
                found.add(LibvirtDomain.of(connect, domain));
            }
            return found;
        } catch (LibvirtException e) {
            throw failed("cannot list the domains", e);
        }
    }

    @Override
    public long version() throws AdminException {
        try {
            return connect.getLibVersion();
        } catch (LibvirtException e) {
            throw failed("cannot ask for the version", e);
        }
    }

    static AdminException failed(String what, LibvirtException e) {
        return new AdminException(what + ": libvirt says: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        // Each listener holds the connection open.
        listeners
                .keySet()
                .forEach(
                        id ->
                                Libvirt.INSTANCE.virConnectDomainEventDeregisterAny(
                                        connect.pointer(), id));
        try {
            connect.close();
        } catch (LibvirtException e) {
            LOG.debug("closing a connection that is lost", e);
        }
    }
}
