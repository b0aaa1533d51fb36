// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench.roundtrip;

import io.vrio.bench.HostThread;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;

/** A machine that sends each datagram back, in a namespace of its own; one blocking thread. */
final class EchoPeer implements AutoCloseable {
    private static final int BUFFER_LENGTH = 2048;

    private final DatagramChannel channel;
    private final Thread thread = new Thread(this::run, "echo peer");

    /**
     * @param guest the only one it answers
     */
    EchoPeer(String namespace, String address, String guest) {
        channel = HostThread.call(namespace, () -> open(address, guest));
        thread.start();
    }

    private static DatagramChannel open(String address, String guest) throws IOException {
        return DatagramChannel.open()
                .bind(new InetSocketAddress(address, Datagram.PORT))
                .connect(new InetSocketAddress(guest, Datagram.PORT));
    }

    private void run() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
        try {
            while (channel.isOpen()) {
                buffer.clear();
                channel.read(buffer);
                channel.write(buffer.flip());
            }
        } catch (AsynchronousCloseException e) {
            // The end of its life: see close.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
            thread.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
