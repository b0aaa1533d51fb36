// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** QEMU's monitor: one command at a time, each must succeed. Events are skipped. */
public final class Qmp implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final BufferedReader lines;

    /** QEMU listens there already. */
    public Qmp(Path path) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(path));
        lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        lines.readLine();
        execute("{'execute':'qmp_capabilities'}");
    }

    /**
     * @param command JSON, with apostrophes for quotation marks
     */
    public void execute(String command) throws IOException {
        String json = command.replace('\'', '"') + "\n";
        channel.write(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
        String answer = lines.readLine();
        while (answer != null && answer.startsWith("{\"timestamp\"")) {
            answer = lines.readLine();
        }
        if (answer == null || !answer.startsWith("{\"return\"")) {
            throw new IOException(command + ": " + answer);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
