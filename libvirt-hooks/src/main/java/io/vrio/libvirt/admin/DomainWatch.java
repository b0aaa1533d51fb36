// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server's devices as the metadata of a libvirt's domains describes them, from {@link
 * #start} to {@link #close}, over restarts of both. One thread of its own.
 */
public final class DomainWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DomainWatch.class);

    /** How often a quiet server is asked whether it is still the same. */
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(2);

    /** Limit: how long a missed event, or a device that could not be ended, goes unnoticed. */
    private static final long LOOK_AT_ALL_NS = TimeUnit.MINUTES.toNanos(1);

    /** Limit: how long the start waits for the first look; then the rest comes later. */
    private static final long FIRST_LOOK_MS_MAX = 10_000;

    /** Limit: how long the end waits for a question that is not answered. */
    private static final long CLOSE_MS_MAX = 3_000;

    private final String uri;
    private final DeviceServer server;
    private final ChangedDomains changes = new ChangedDomains();
    private final DescribedDevices devices = new DescribedDevices();
    private final Outage libvirtOutage = new Outage("libvirt is away", "libvirt is back");
    private final Outage workOutage =
            new Outage("cannot follow the domains", "following the domains again");
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch firstLook = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "domain-watch");

    /** Which run of the server was looked at last; empty after it was lost. */
    private String instance = "";

    private long lookedAtAllNs;

    private DomainWatch(String uri, DeviceServer server) {
        this.uri = uri;
        this.server = server;
    }

    /**
     * Returns when all domains were looked at, or libvirt or the server are known to be away.
     *
     * @throws AdminException when there is no libvirt to wait for on this machine
     */
    public static DomainWatch start(String uri, DeviceServer server) throws AdminException {
        LibvirtLibrary.load();
        DomainWatch watch = new DomainWatch(uri, server);
        watch.thread.setDaemon(true);
        watch.thread.start();
        try {
            watch.firstLook.await(FIRST_LOOK_MS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return watch;
    }

    private void run() {
        try {
            while (!isStopping()) {
                watch();
                firstLook.countDown();
                libvirtOutage.pause(stop);
            }
        } catch (InterruptedException e) {
            LOG.debug("the watch ends", e);
        }
    }

    private void watch() throws InterruptedException {
        try (LibvirtConnection libvirt = LibvirtConnection.open(uri)) {
            // First to listen and then to look: nothing is missed in between.
            libvirt.listen(changes::add);
            changes.addAll();
            libvirtOutage.ended();
            follow(libvirt);
            if (!isStopping()) {
                libvirtOutage.began("the connection is lost");
            }
        } catch (AdminException e) {
            libvirtOutage.began(e.getMessage());
        }
    }

    private void follow(LibvirtConnection libvirt) throws InterruptedException {
        while (!isStopping() && libvirt.isAlive()) {
            ChangedDomains.Batch batch = changes.take(LOOK_NS);
            try {
                look(libvirt, batch);
                workOutage.ended();
            } catch (AdminException e) {
                // Whatever was not done is done when all is looked at next.
                instance = "";
                if (libvirt.isAlive() && !isStopping()) {
                    workOutage.began(e.getMessage());
                    firstLook.countDown();
                    workOutage.pause(stop);
                }
            }
        }
    }

    private boolean isStopping() {
        return stop.getCount() == 0;
    }

    private void look(Hypervisor libvirt, ChangedDomains.Batch batch) throws AdminException {
        long nowNs = System.nanoTime();
        String present = server.instance();
        boolean isDue = nowNs - lookedAtAllNs >= LOOK_AT_ALL_NS;
        if (batch.areAll() || isDue || !present.equals(instance)) {
            devices.reconcileAll(libvirt, server);
            instance = present;
            lookedAtAllNs = nowNs;
        } else if (!batch.uuids().isEmpty()) {
            devices.reconcile(batch.uuids(), libvirt, server);
        }
        firstLook.countDown();
    }

    /** Stops looking; what is served stays as it is. */
    @Override
    public void close() {
        stop.countDown();
        changes.addAll();
        try {
            thread.join(CLOSE_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
