// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.common.sys.Linux;
import io.vrio.it.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace of a test, with a thread that lives in it. A socket belongs to the namespace
 * of the thread that opened it, and may then be used by any thread.
 */
public final class Namespace implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Path NAMES = Path.of("/run/netns");
    private static final Pattern NAME = Pattern.compile("vrio-(\\d+)-\\d+-.*");

    private final String name;
    private final ExecutorService inside = Executors.newSingleThreadExecutor(Namespace::daemon);

    /**
     * @param role appears in the name, which is unique on this machine
     */
    public Namespace(String role) {
        name = "vrio-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "-" + role;
        deleteLeftOvers();
        Programs.run("ip", "netns", "add", name);
        try {
            call(this::enter);
            run("ip", "link", "set", "lo", "up");
            // No router solicitations and multicast reports between the frames of a test.
            run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
            run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Interfaces that are made from now on have IPv6, and addresses that can be used at once: no
     * look for duplicates, which takes a second.
     */
    public void enableIpv6() {
        for (String scope : new String[] {"all", "default"}) {
            String prefix = "net.ipv6.conf." + scope + ".";
            run("sysctl", "-qw", prefix + "accept_dad=0", prefix + "router_solicitations=0");
            run("sysctl", "-qw", prefix + "disable_ipv6=0");
        }
    }

    /** A test process that was killed could not clean up. */
    private static void deleteLeftOvers() {
        String[] names = NAMES.toFile().list();
        for (String left : names == null ? new String[0] : names) {
            Matcher matcher = NAME.matcher(left);
            if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
                Programs.run("ip", "netns", "delete", left);
            }
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "namespace");
        thread.setDaemon(true);
        return thread;
    }

    private Integer enter() {
        String path = NAMES.resolve(name).toString();
        int fd = Linux.check(Linux.open(path, Linux.O_RDONLY, 0), "open " + path);
        try {
            return Linux.check(Linux.enterNetworkNamespace(fd), "setns " + path);
        } finally {
            Linux.close(fd);
        }
    }

    public String name() {
        return name;
    }

    /** Runs {@code task} on the thread in the namespace; its unchecked exceptions come through. */
    public <T> T call(Callable<T> task) {
        try {
            return inside.submit(task).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs a program in the namespace to its end; see {@link Programs#run}. */
    public String run(String... command) {
        return Programs.run(inNamespace(command));
    }

    /** Starts a program in the namespace; the caller ends it. */
    public Process start(String... command) throws IOException {
        return new ProcessBuilder(inNamespace(command)).redirectErrorStream(true).start();
    }

    private List<String> inNamespace(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name));
        all.addAll(List.of(command));
        return all;
    }

    @Override
    public void close() {
        inside.shutdownNow();
        Programs.run("ip", "netns", "delete", name);
    }
}
