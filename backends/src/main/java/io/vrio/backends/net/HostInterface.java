// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import io.vrio.common.sys.LinkEvents;
import io.vrio.common.sys.LinkStatus;
import io.vrio.common.sys.RouteNetlink;

/** The network interface of this machine that a NIC is made of. Control path; one worker. */
final class HostInterface implements AutoCloseable {
    private final RouteNetlink netlink;
    private final LinkEvents events;
    private final String name;
    private final int index;

    private HostInterface(RouteNetlink netlink, LinkEvents events, LinkStatus status) {
        this.netlink = netlink;
        this.events = events;
        name = status.name();
        index = status.index();
    }

    /** In the network namespace of the calling thread. */
    static HostInterface open(LinkStatus status) {
        RouteNetlink netlink = new RouteNetlink();
        try {
            return new HostInterface(netlink, new LinkEvents(), status);
        } catch (RuntimeException e) {
            netlink.close();
            throw e;
        }
    }

    RouteNetlink netlink() {
        return netlink;
    }

    String name() {
        return name;
    }

    int index() {
        return index;
    }

    /** As it is now; null when it is gone. */
    LinkStatus status() {
        return netlink.link(index);
    }

    /** Becomes readable when interfaces change. */
    int eventDescriptor() {
        return events.descriptor();
    }

    /** Whether it may have changed since the last call. */
    boolean takeEvents() {
        return events.take(index);
    }

    /** Takes the interface itself away. */
    void remove() {
        netlink.remove(index, "remove " + name);
    }

    @Override
    public void close() {
        events.close();
        netlink.close();
    }
}
