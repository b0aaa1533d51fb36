// SPDX-License-Identifier: Apache-2.0
package io.vrio.common.sys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Optional;
import jnr.unixsocket.UnixServerSocketChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unix socket that listens at a path of the file system, with the file around it: replaces what a
 * dead process left there, never what belongs to somebody else, and takes its own file away at the
 * end. Control path, one thread.
 */
public final class UnixListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UnixListener.class);

    /** Limit: bytes of a path, the kernel's; a longer one is refused before anything is done. */
    public static final int PATH_LENGTH_MAX = 107;

    /** Limit: connections not yet accepted; further ones wait or are refused by the kernel. */
    private static final int BACKLOG = 16;

    private static final int CLOSE_ON_EXEC = 1;
    private static final int F_SETFD = 2;
    private static final int OWNER_ONLY = 0600;

    private final UnixServerSocketChannel channel;
    private final Path path;
    private final Object fileKey;
    private boolean isClosed;

    private UnixListener(UnixServerSocketChannel channel, Path path) throws IOException {
        this.channel = channel;
        this.path = path;
        fileKey = fileKey(path);
    }

    /**
     * Listens at {@code path}. The new socket file belongs to {@code group}, if that exists here,
     * and its members can connect.
     *
     * @throws SocketPathException telling what is wrong with the path and what to do
     */
    public static UnixListener open(Path path, Optional<String> group) {
        checkPath(path);
        removeStaleFile(path);
        UnixServerSocketChannel channel = null;
        try {
            channel = UnixServerSocketChannel.open();
            bind(channel, path);
            UnixListener listener = new UnixListener(channel, path);
            giveTo(path, group);
            return listener;
        } catch (IOException | ErrnoException e) {
            closeQuietly(channel);
            throw new SocketPathException(path, "cannot listen there: " + e.getMessage());
        }
    }

    private static void bind(UnixServerSocketChannel channel, Path path) throws IOException {
        int fd = channel.getFD();
        Linux.check(Linux.fcntl(fd, F_SETFD, CLOSE_ON_EXEC), "fcntl FD_CLOEXEC");
        channel.configureBlocking(false);
        // The file gets the socket's mode: nobody else can connect before it is given away.
        Linux.check(Linux.fchmod(fd, OWNER_ONLY), "fchmod");
        channel.socket().bind(new UnixSocketAddress(path.toString()), BACKLOG);
    }

    private static void checkPath(Path path) {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > PATH_LENGTH_MAX) {
            throw new SocketPathException(
                    path, length + " bytes are too long for a socket, max " + PATH_LENGTH_MAX);
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new SocketPathException(
                    path, "the folder " + folder + " does not exist; make it first");
        }
    }

    private static void removeStaleFile(Path path) {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket(path)) {
            throw new SocketPathException(
                    path, "exists and is not a socket; remove it or choose another path");
        }
        try (UnixSocket probe = UnixSocket.connectNow(path)) {
            throw new SocketPathException(
                    path,
                    "in use by process " + probe.peerPid() + "; stop it or choose another path");
        } catch (ErrnoException e) {
            if (e.errno() == Linux.ENOENT) {
                return;
            }
            if (e.errno() != Linux.ECONNREFUSED) {
                throw new SocketPathException(path, "perhaps in use: " + e.getMessage());
            }
        }
        // Nobody listens: the file of a process that died.
        int result = Linux.unlink(path.toString());
        if (result < 0 && result != -Linux.ENOENT) {
            throw new SocketPathException(path, "cannot be replaced: " + Linux.describe(-result));
        }
    }

    private static boolean isSocket(Path path) {
        try {
            final int typeMask = 0170000;
            final int typeSocket = 0140000;
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return ((Integer) mode & typeMask) == typeSocket;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new SocketPathException(path, "cannot be looked at: " + e.getMessage());
        }
    }

    private static void giveTo(Path path, Optional<String> group) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(path, PosixFileAttributeView.class);
        Optional<GroupPrincipal> principal =
                group.isPresent() ? principal(path, group.get()) : Optional.empty();
        if (principal.isPresent()) {
            view.setGroup(principal.get());
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
    }

    /** The group, or nothing on a machine without it. */
    private static Optional<GroupPrincipal> principal(Path path, String group) throws IOException {
        UserPrincipalLookupService groups = path.getFileSystem().getUserPrincipalLookupService();
        try {
            return Optional.of(groups.lookupPrincipalByGroupName(group));
        } catch (UserPrincipalNotFoundException e) {
            return Optional.empty();
        }
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.getAttribute(path, "fileKey", LinkOption.NOFOLLOW_LINKS);
    }

    public Path path() {
        return path;
    }

    public int fd() {
        return channel.getFD();
    }

    /** The next connection, non-blocking and closed on exec; null when nobody waits. */
    public UnixSocket accept() {
        int accepted = Linux.accept(fd());
        if (accepted == -Linux.EAGAIN || accepted == -Linux.ECONNABORTED) {
            return null;
        }
        return new UnixSocket(Linux.check(accepted, "accept at " + path));
    }

    /** Stops listening; removes the file unless it has become somebody else's. */
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (isFileOurs()) {
            Linux.unlink(path.toString());
        }
        closeQuietly(channel);
    }

    private boolean isFileOurs() {
        try {
            return fileKey.equals(fileKey(path));
        } catch (IOException e) {
            return false;
        }
    }

    private static void closeQuietly(UnixServerSocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Linux has freed the descriptor even then; there is nothing left to do.
            LOG.debug("closing a listening socket", e);
        }
    }
}
