// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.state;

import io.vrio.common.sys.Linux;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * The state directory of one daemon, locked as long as this is open. A file in it is written as a
 * whole: to a new file, synced, renamed over the old one, directory synced.
 */
public final class StateFolder implements AutoCloseable {
    private static final int LOCK_EXCLUSIVE_AT_ONCE = 2 | 4;

    private final Path folder;
    private final int folderFd;

    private StateFolder(Path folder, int folderFd) {
        this.folder = folder;
        this.folderFd = folderFd;
    }

    /**
     * Locks the directory; makes it when it is missing.
     *
     * @throws StateException when it cannot, or another process uses it
     */
    public static StateFolder open(Path folder) throws StateException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new StateException(
                    "state directory " + folder + ": is not a folder; choose another --state-dir",
                    e);
        } catch (AccessDeniedException e) {
            throw new StateException(
                    "state directory "
                            + folder
                            + " cannot be made: no permission; make it for this user, or choose"
                            + " another --state-dir",
                    e);
        } catch (IOException e) {
            throw new StateException(
                    "state directory " + folder + " cannot be made: " + reason(e), e);
        }
        int fd = Linux.open(folder.toString(), Linux.O_RDONLY, 0);
        if (fd < 0) {
            throw new StateException(
                    "state directory "
                            + folder
                            + " cannot be opened: "
                            + Linux.describe(-fd)
                            + "; run as its owner, or choose another --state-dir");
        }
        if (Linux.flock(fd, LOCK_EXCLUSIVE_AT_ONCE) < 0) {
            Linux.close(fd);
            throw new StateException(
                    "state directory "
                            + folder
                            + " is in use by another daemon; stop that, or choose another"
                            + " --state-dir");
        }
        return new StateFolder(folder, fd);
    }

    Path resolve(String fileName) {
        return folder.resolve(fileName);
    }

    /** Replaces a file, durably or not at all. */
    void write(String fileName, byte[] content) throws StateException {
        replace(fileName, content, true);
        int result = Linux.fsync(folderFd);
        if (result < 0) {
            throw new StateException(
                    folder + " cannot be made durable: " + Linux.describe(-result));
        }
    }

    /**
     * Replaces a file, or not at all.
     *
     * @param isSynced whether its content is to outlive the host, not only this process
     */
    void replace(String fileName, byte[] content, boolean isSynced) throws StateException {
        Path file = folder.resolve(fileName);
        Path next = folder.resolve(fileName + ".new");
        try {
            write(next, content, isSynced);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StateException(file + " cannot be written: " + reason(e), e);
        }
    }

    private static void write(Path target, byte[] content, boolean isSynced) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer left = ByteBuffer.wrap(content);
            while (left.hasRemaining()) {
                channel.write(left);
            }
            if (isSynced) {
                channel.force(true);
            }
        }
    }

    static String reason(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    @Override
    public void close() {
        Linux.close(folderFd);
    }
}
