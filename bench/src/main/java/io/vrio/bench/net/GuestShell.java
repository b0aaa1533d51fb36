// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs lines in a guest that was booted with the scenario {@code shell}, one after the other. */
final class GuestShell implements AutoCloseable {
    private static final Pattern END = Pattern.compile("(?:^|\n)VRIO-STATUS (\\d+)\r?\n");
    private static final int BUFFER_LENGTH = 8192;

    private final String name;
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_LENGTH);

    /**
     * @param name of the guest, for messages
     */
    GuestShell(String name, Path socket) {
        this.name = name;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a line and returns what it has printed; fails when the line does, or takes too long. */
    String run(String line, long seconds) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            return answer(line, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": " + line, e);
        }
    }

    private String answer(String line, long deadlineNs) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (true) {
            String text = answer.toString(StandardCharsets.UTF_8);
            Matcher end = END.matcher(text);
            if (end.find()) {
                String output = text.substring(0, end.start());
                if (!end.group(1).equals("0")) {
                    throw new IllegalStateException(name + ": `" + line + "` failed: " + output);
                }
                return output;
            }
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0 || !receive(answer, leftMs)) {
                throw new IllegalStateException(name + ": `" + line + "` did not end: " + text);
            }
        }
    }

    /** Returns false at the end of the guest. */
    private boolean receive(ByteArrayOutputStream answer, long timeoutMs) throws IOException {
        selector.select(timeoutMs);
        selector.selectedKeys().clear();
        buffer.clear();
        int length = channel.read(buffer);
        answer.write(buffer.array(), 0, Math.max(0, length));
        return length >= 0;
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
