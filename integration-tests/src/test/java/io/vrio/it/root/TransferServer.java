// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * An HTTP server for large transfers: {@code GET /random/BYTES} gives so many bytes, always the
 * same, {@code POST} takes any and answers with their SHA-256, and the rest of GET is files.
 */
final class TransferServer implements AutoCloseable {
    private static final int CHUNK = 1 << 16;
    private static final String RANDOM = "/random/";

    private final HttpServer server;
    private final Path folder;

    /** Listens in the network namespace of the calling thread. */
    TransferServer(String address, Path folder) throws IOException {
        this.folder = folder;
        server = HttpServer.create(new InetSocketAddress(address, 80), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                answer(exchange, digest(exchange.getRequestBody()));
            } else if (path.startsWith(RANDOM)) {
                long length = Long.parseLong(path.substring(RANDOM.length()));
                exchange.sendResponseHeaders(200, length);
                writeRandom(exchange.getResponseBody(), length);
            } else {
                Path file = folder.resolve(path.substring(1));
                exchange.sendResponseHeaders(200, Files.size(file));
                Files.copy(file, exchange.getResponseBody());
            }
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static void writeRandom(OutputStream out, long length) throws IOException {
        Random random = new Random(length);
        byte[] chunk = new byte[CHUNK];
        for (long left = length; left > 0; left -= CHUNK) {
            random.nextBytes(chunk);
            out.write(chunk, 0, (int) Math.min(left, CHUNK));
        }
    }

    /** What {@code sha256sum} says of the bytes that {@code GET /random/length} gives. */
    static String digestOfRandom(long length) throws IOException {
        MessageDigest digest = sha256();
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            writeRandom(out, length);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String digest(InputStream in) throws IOException {
        MessageDigest digest = sha256();
        new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
