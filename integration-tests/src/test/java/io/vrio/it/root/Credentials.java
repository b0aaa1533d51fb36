// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.transport.secure.KeyFile;
import io.vrio.transport.secure.KeyFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

/** The options by which a server and its IOhyp know each other. */
record Credentials(List<String> iohypOptions, List<String> serverOptions) {
    /** The network is trusted. */
    static final Credentials NONE = new Credentials(List.of(), List.of());

    /**
     * A key for a server of this name.
     *
     * @param folder has room for the keys; may have those of other servers
     */
    static Credentials keys(Path folder, String serverName) throws IOException, KeyFileException {
        Path ring = Files.createDirectories(folder.resolve("keys"));
        Path key = folder.resolve(serverName + ".key");
        KeyFile.create(key, new SecureRandom());
        Files.copy(key, ring.resolve(key.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
        return new Credentials(
                List.of("--key-file", ring.toString()),
                List.of("--key-file", key.toString(), "--name", serverName));
    }

    /** What an IOhyp is given. */
    String[] iohyp(String... options) {
        return all(iohypOptions, options);
    }

    /** What a server is given. */
    String[] server(String... options) {
        return all(serverOptions, options);
    }

    private static String[] all(List<String> options, String... more) {
        return Stream.concat(options.stream(), Stream.of(more)).toArray(String[]::new);
    }
}
