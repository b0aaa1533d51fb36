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
import java.util.ArrayList;
import java.util.List;

/**
 * The shell of a booted guest, at a socket of QEMU: the scenario {@code shell} reads lines there.
 */
public final class GuestShell implements AutoCloseable {
    /** What the guest's console shows once there is a shell. */
    public static final String OPEN = "VRIO-GUEST: the shell is open";

    private static final String STATUS = "VRIO-STATUS ";

    private final SocketChannel channel;
    private final BufferedReader answers;

    public GuestShell(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        answers = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    /** Runs a line that must succeed; returns what it printed. */
    public String run(String line) {
        GuestReport outcome = outcome(line);
        String printed = String.join("\n", outcome.lines());
        if (outcome.exitStatus() != 0) {
            throw new AssertionError(
                    "guest: " + line + ": status " + outcome.exitStatus() + ": " + printed);
        }
        return printed;
    }

    /** Runs a line to its end, whatever that is. */
    public GuestReport outcome(String line) {
        try {
            send(line);
            List<String> lines = new ArrayList<>();
            String answer = answers.readLine();
            while (answer != null && !answer.startsWith(STATUS)) {
                lines.add(answer);
                answer = answers.readLine();
            }
            if (answer == null) {
                throw new AssertionError("the guest is gone after: " + line + "\n" + lines);
            }
            return new GuestReport(Integer.parseInt(answer.substring(STATUS.length())), lines);
        } catch (IOException e) {
            throw new AssertionError("guest: " + line, e);
        }
    }

    /** Ends the shell, and with it the scenario: the guest powers off. */
    public void exit() throws IOException {
        send("exit");
    }

    private void send(String line) throws IOException {
        channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
