// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.common.sys.Linux;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Does something in another network namespace: on a thread of its own, which enters it first. */
public final class HostThread {
    private HostThread() {}

    /** Returns when it is done. A socket that it opens stays in that namespace. */
    public static <T> T call(String namespace, Callable<T> task) {
        FutureTask<T> inside =
                new FutureTask<>(
                        () -> {
                            enter("/run/netns/" + namespace);
                            return task.call();
                        });
        new Thread(inside, namespace).start();
        try {
            return inside.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void enter(String path) {
        int fd = Linux.check(Linux.open(path, Linux.O_RDONLY, 0), "open " + path);
        try {
            Linux.check(Linux.enterNetworkNamespace(fd), "setns " + path);
        } finally {
            Linux.close(fd);
        }
    }
}
