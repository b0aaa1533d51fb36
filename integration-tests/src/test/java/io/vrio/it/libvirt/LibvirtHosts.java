// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.libvirt;

import io.vrio.it.Await;
import io.vrio.it.qemu.GuestShell;
import io.vrio.it.root.CommandOutcome;
import io.vrio.it.root.Daemons;
import io.vrio.it.root.Hosts;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A VM host with libvirt and an I/O host, joined by a cable. No daemon of ours runs at first. What
 * is started, guests too, ends with it.
 */
public final class LibvirtHosts implements AutoCloseable {
    private final Path folder;
    private final Deque<Closeable> opened = new ArrayDeque<>();
    private final Hosts hosts;
    private final Libvirtd libvirtd;
    private final Daemons daemons;

    private LibvirtHosts(Path folder) throws Exception {
        this.folder = folder;
        hosts = Hosts.joined(1500);
        opened.push(hosts::close);
        try {
            libvirtd = Libvirtd.start(hosts.vmHost(), folder.resolve("libvirtd.log"));
            opened.push(libvirtd::close);
            daemons = new Daemons(hosts, folder, libvirtd.enter(), Libvirtd.SOCKETS);
            opened.push(daemons::close);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Starts libvirtd; skips the test where it cannot run.
     *
     * @param folder for logs, and the state of the IOhyp
     */
    public static LibvirtHosts open(Path folder) throws Exception {
        Libvirtd.prepare();
        return new LibvirtHosts(folder);
    }

    /** Both machines. */
    public Hosts hosts() {
        return hosts;
    }

    /** Starts and stops the daemons, and runs the operator's commands. */
    public Daemons daemons() {
        return daemons;
    }

    public Libvirtd libvirtd() {
        return libvirtd;
    }

    public CommandOutcome virsh(String... words) throws IOException, InterruptedException {
        return libvirtd.virsh(words);
    }

    /** Writes a file that virsh can read, and returns its path. */
    public String file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "virsh", ".xml"), content).toString();
    }

    /** Attaches or detaches an element; returns how virsh ended. */
    public CommandOutcome change(String verb, String domain, String element, String... options)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(verb, domain, file(element)));
        words.addAll(List.of(options));
        return virsh(words.toArray(String[]::new));
    }

    public void define(DomainText domain) throws IOException, InterruptedException {
        virsh("define", file(domain.text())).assertOk();
    }

    /** Starts a defined domain and waits until its guest takes commands. */
    public GuestShell start(String domain) throws Exception {
        virsh("start", domain).assertOk();
        return awaitShell(domain);
    }

    /** Waits until the guest of a started domain takes commands. */
    public GuestShell awaitShell(String domain) throws Exception {
        Path console = libvirtd.outside("/var/log/libvirt/qemu/" + domain + ".console");
        Await.until(
                () -> "the shell of " + domain + " is open; " + libvirtd.logs(domain),
                () -> Files.exists(console) && Files.readString(console).contains(GuestShell.OPEN));
        return shell(domain);
    }

    /** Connects to a guest that takes commands already, as it does after a restore. */
    public GuestShell shell(String domain) throws IOException {
        Path socket = libvirtd.outside("/var/lib/libvirt/qemu/" + domain + ".shell");
        GuestShell shell = new GuestShell(socket);
        opened.push(shell::close);
        return shell;
    }

    @Override
    public void close() throws IOException {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
