// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** An I/O host and VM hosts, each a container, on one network with a stateful firewall. */
final class ContainerSite implements AutoCloseable {
    private final Deque<Runnable> opened = new ArrayDeque<>();
    private final Path folder;
    private final ContainerLan lan;
    private final Firewall firewall;

    /** There is no host yet. */
    ContainerSite(Path folder, int mtu) throws Exception {
        this.folder = folder;
        lan = new ContainerLan(mtu);
        opened.push(lan::close);
        try {
            firewall = new Firewall();
        } catch (Exception e) {
            close();
            throw e;
        }
        opened.push(firewall::close);
    }

    /** Starts the I/O host; its IOhyp serves when this returns. */
    ContainerHost iohyp(String... options) throws IOException {
        return opened(ContainerHost.iohyp(lan, folder("io"), options));
    }

    ContainerHost server(String... options) throws IOException {
        return opened(ContainerHost.server(lan, ContainerLan.VM_ADDRESS, folder("vm"), options));
    }

    ContainerHost secondServer(String... options) throws IOException {
        return opened(
                ContainerHost.server(lan, ContainerLan.SECOND_VM_ADDRESS, folder("vm2"), options));
    }

    private ContainerHost opened(ContainerHost host) {
        opened.push(host::close);
        return host;
    }

    private Path folder(String host) throws IOException {
        return Files.createDirectories(folder.resolve(host));
    }

    /** An option for the IOhyp: a disk of this name, in a file that outlives the container. */
    String disk(String name, String size) {
        return "--disk=" + name + "=file:" + folder.resolve("io/" + name) + ",size=" + size;
    }

    Firewall firewall() {
        return firewall;
    }

    @Override
    public void close() {
        while (!opened.isEmpty()) {
            opened.pop().run();
        }
    }
}
