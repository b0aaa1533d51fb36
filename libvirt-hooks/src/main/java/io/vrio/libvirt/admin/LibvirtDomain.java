// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.Optional;
import java.util.Set;
import org.libvirt.Connect;
import org.libvirt.Domain;
import org.libvirt.Error.ErrorNumber;
import org.libvirt.LibvirtException;

/** A domain of a connection, looked up anew for each question. Lives as long as the connection. */
final class LibvirtDomain implements GuestDomain {
    private final Connect connect;
    private final String name;
    private final String uuid;

    private LibvirtDomain(Connect connect, String name, String uuid) {
        this.connect = connect;
        this.name = name;
        this.uuid = uuid;
    }

    /** Finds a domain. */
    @FunctionalInterface
    interface Lookup {
        Domain lookup() throws LibvirtException;
    }

    /** Something to ask of a domain. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Domain domain) throws LibvirtException;
    }

    /** Takes over {@code domain}. */
    static LibvirtDomain of(Connect connect, Domain domain) throws LibvirtException {
        try {
            return new LibvirtDomain(connect, domain.getName(), domain.getUUIDString());
        } finally {
            domain.free();
        }
    }

    static boolean isGone(LibvirtException e) {
        return e.getError().getCode() == ErrorNumber.VIR_ERR_NO_DOMAIN;
    }

    private <T> T ask(Question<T> question) throws LibvirtException {
        Domain domain = connect.domainLookupByUUIDString(uuid);
        try {
            return question.ask(domain);
        } finally {
            domain.free();
        }
    }

    private boolean isTrue(String what, Question<Integer> question) throws AdminException {
        try {
            return ask(question) == 1;
        } catch (LibvirtException e) {
            throw LibvirtConnection.failed("cannot ask whether " + name + " is " + what, e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return uuid;
    }

    @Override
    public boolean isRunning() throws AdminException {
        return isTrue("running", Domain::isActive);
    }

    @Override
    public boolean isPersistent() throws AdminException {
        return isTrue("persistent", Domain::isPersistent);
    }

    @Override
    public Optional<String> xml(Scope scope) throws AdminException {
        try {
            return ask(domain -> xml(domain, scope));
        } catch (LibvirtException e) {
            if (isGone(e)) {
                return Optional.empty();
            }
            throw LibvirtConnection.failed("cannot read the XML of " + name, e);
        }
    }

    private static Optional<String> xml(Domain domain, Scope scope) throws LibvirtException {
        return switch (scope) {
            case LIVE ->
                    domain.isActive() == 1 ? Optional.of(domain.getXMLDesc(0)) : Optional.empty();
            case CONFIG ->
                    domain.isPersistent() == 1
                            ? Optional.of(domain.getXMLDesc(Domain.XMLFlags.INACTIVE))
                            : Optional.empty();
        };
    }

    @Override
    public void attach(String element, Set<Scope> scopes) throws AdminException {
        int flags = scopes.stream().mapToInt(LibvirtDomain::flag).sum();
        change("cannot attach", domain -> domain.attachDeviceFlags(element, flags));
    }

    @Override
    public void detach(String element, Scope scope) throws AdminException {
        change("cannot detach", domain -> domain.detachDeviceFlags(element, flag(scope)));
    }

    /** A question without an answer. */
    @FunctionalInterface
    private interface Change {
        void make(Domain domain) throws LibvirtException;
    }

    private void change(String failure, Change change) throws AdminException {
        try {
            ask(
                    domain -> {
                        change.make(domain);
                        return domain;
                    });
        } catch (LibvirtException e) {
            throw LibvirtConnection.failed(failure, e);
        }
    }

    private static int flag(Scope scope) {
        return switch (scope) {
            case LIVE -> Domain.DeviceModifyFlags.LIVE;
            case CONFIG -> Domain.DeviceModifyFlags.CONFIG;
        };
    }
}
