// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** An operator's end of a control socket: one request, its answer, then the next. One thread. */
public final class ControlClient implements AutoCloseable {
    /** Limit: how long an answer may take; preallocating a large file takes its time. */
    private static final long ANSWER_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(5);

    private final ObjectMapper mapper = ControlProtocol.mapper();
    private final Path path;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private ControlClient(Path path, SocketChannel channel, Selector selector) throws IOException {
        this.path = path;
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        key = channel.register(selector, SelectionKey.OP_READ);
    }

    /**
     * @throws ControlException with one line that says which path was tried and what to do
     */
    public static ControlClient connect(Path path) throws ControlException {
        if (Files.notExists(path)) {
            throw new ControlException(
                    "no daemon at "
                            + path
                            + ": start vrio iohyp or vrio server, or name its --control path");
        }
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(path));
            return new ControlClient(path, channel, Selector.open());
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw new ControlException("no daemon answers at " + path + ": " + advice(path, e), e);
        }
    }

    /** Whether somebody listens at {@code path}. */
    public static boolean isAnswering(Path path) {
        try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return probe.isConnected();
        } catch (IOException refused) {
            // The file of a daemon that died, or no socket at all.
            return false;
        }
    }

    private static String advice(Path path, IOException e) {
        return Files.isWritable(path) || Files.notExists(path)
                ? e.getMessage() + "; start vrio iohyp or vrio server"
                : "permission denied; become root or a member of the socket's group";
    }

    private static void closeQuietly(SocketChannel channel, IOException reason) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    public Path path() {
        return path;
    }

    /**
     * @throws ControlException with the daemon's line when it refuses, or with ours when it does
     *     not answer
     */
    public JsonNode ask(String command, Map<String, ?> arguments) throws ControlException {
        try {
            byte[] request =
                    mapper.writeValueAsBytes(Map.of("command", command, "arguments", arguments));
            long deadlineNs = System.nanoTime() + ANSWER_TIMEOUT_NS;
            send(
                    ByteBuffer.allocate(request.length + 1).put(request).put((byte) '\n').flip(),
                    deadlineNs);
            return result(receive(deadlineNs));
        } catch (IOException e) {
            throw new ControlException(
                    "the daemon at " + path + " broke off: " + e.getMessage(), e);
        }
    }

    private void send(ByteBuffer request, long deadlineNs) throws IOException, ControlException {
        while (request.hasRemaining()) {
            if (channel.write(request) == 0) {
                await(SelectionKey.OP_WRITE, deadlineNs);
            }
        }
    }

    private String receive(long deadlineNs) throws IOException, ControlException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
        while (answer.size() <= ControlProtocol.ANSWER_LENGTH_MAX) {
            int count = channel.read(buffer.clear());
            if (count < 0) {
                throw new ControlException(
                        "the daemon at " + path + " hung up; its log may tell why");
            }
            answer.write(buffer.array(), 0, count);
            if (count > 0 && buffer.get(count - 1) == '\n') {
                return answer.toString(StandardCharsets.UTF_8);
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadlineNs);
            }
        }
        throw new ControlException("the answer of the daemon at " + path + " is too long");
    }

    private void await(int operation, long deadlineNs) throws IOException, ControlException {
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
            throw new ControlException(
                    "the daemon at "
                            + path
                            + " does not answer; is it overloaded or stopped (see its log)?");
        }
        key.interestOps(operation);
        selector.select(ready -> {}, TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
    }

    private JsonNode result(String line) throws ControlException {
        try {
            JsonNode answer = mapper.readTree(line);
            if (answer.hasNonNull("error")) {
                throw new ControlException(answer.get("error").asText());
            }
            if (answer.has("result")) {
                return answer.get("result");
            }
        } catch (JsonProcessingException e) {
            throw new ControlException("no vrio daemon listens at " + path + ": not JSON", e);
        }
        throw new ControlException(
                "no vrio daemon listens at " + path + ": neither result nor error");
    }

    @Override
    public void close() {
        try {
            channel.close();
            selector.close();
        } catch (IOException e) {
            throw new IllegalStateException("closing a socket", e);
        }
    }
}
