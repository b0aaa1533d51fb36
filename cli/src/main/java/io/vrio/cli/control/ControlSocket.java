// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a control socket and what listens there. Replaces what a dead daemon left, never a
 * living one's; its own file goes away at the end.
 */
final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    /** Limit: clients that the kernel lets wait; more are refused by it. */
    private static final int BACKLOG = 16;

    private static final String NEW = ".new";
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    private final ServerSocketChannel channel;
    private final Path path;
    private final Object fileKey;

    private ControlSocket(ServerSocketChannel channel, Path path) throws IOException {
        this.channel = channel;
        this.path = path;
        fileKey = fileKey(path);
    }

    /**
     * @throws ControlException with one line that says what to do
     */
    static ControlSocket open(Path path, Optional<GroupPrincipal> group) throws ControlException {
        if (path.getParent() == null || !Files.isDirectory(path.getParent())) {
            throw wrong(path, "the folder " + path.getParent() + " does not exist; make it", null);
        }
        checkFree(path);
        // Under its own name only when nobody but the group can connect.
        Path draft = path.resolveSibling(path.getFileName() + NEW);
        ServerSocketChannel channel = null;
        try {
            Files.deleteIfExists(draft);
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(draft), BACKLOG);
            channel.configureBlocking(false);
            giveTo(draft, group);
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
            return new ControlSocket(channel, path);
        } catch (IOException e) {
            closeQuietly(channel);
            throw wrong(path, "cannot listen there: " + reason(e), e);
        }
    }

    private static void checkFree(Path path) throws ControlException {
        try {
            Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if (((Integer) mode & TYPE_MASK) != TYPE_SOCKET) {
                throw wrong(path, "exists and is not a socket; remove it or choose another", null);
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw wrong(path, "cannot be looked at: " + reason(e), e);
        }
        if (ControlClient.isAnswering(path)) {
            throw wrong(path, "in use by a running daemon; stop it or choose another path", null);
        }
    }

    private static void giveTo(Path file, Optional<GroupPrincipal> group) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (group.isPresent()) {
            view.setGroup(group.get());
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.getAttribute(path, "fileKey", LinkOption.NOFOLLOW_LINKS);
    }

    ServerSocketChannel channel() {
        return channel;
    }

    private static ControlException wrong(Path path, String problem, Exception cause) {
        return new ControlException("control socket " + path + ": " + problem, cause);
    }

    /** A file system's exception has the path alone as its message. */
    private static String reason(IOException e) {
        return e instanceof java.nio.file.FileSystemException files && files.getReason() == null
                ? e.getClass().getSimpleName()
                : e.getMessage();
    }

    @Override
    public void close() {
        try {
            if (fileKey.equals(fileKey(path))) {
                Files.delete(path);
            }
        } catch (IOException e) {
            LOG.warn("control={} was not removed: {}", path, reason(e));
        }
        closeQuietly(channel);
    }

    private static void closeQuietly(ServerSocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing a listening socket", e);
        }
    }
}
