// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Random packet loss, both directions, on the bridge of a namespace between the two hosts. There,
 * because a packet socket on a host would still see what an ingress rule on that host drops.
 */
final class Loss {
    private static final int PARTS = 100_000;

    private final String namespace;

    Loss(String namespace) {
        this.namespace = namespace;
    }

    /**
     * Drops this share of IPv4 packets from now on; address resolution is spared. Without loss the
     * same rule lets all pass: looking at each packet costs as much.
     */
    void set(double percent) {
        long parts = Math.round(percent * PARTS / 100);
        String verdict = parts > 0 ? "drop" : "accept";
        // Created first, so that deleting it is right also the first time.
        run(
                "table bridge vrio_bench\ndelete table bridge vrio_bench\n"
                        + "table bridge vrio_bench {\n"
                        + "  chain forward {\n"
                        + "    type filter hook forward priority 0\n"
                        + "    ether type ip numgen random mod %d < %d %s\n"
                                .formatted(PARTS, Math.max(1, parts), verdict)
                        + "  }\n"
                        + "}\n");
    }

    private void run(String rules) {
        try {
            Process nft =
                    new ProcessBuilder("ip", "netns", "exec", namespace, "nft", "-f", "-")
                            .redirectErrorStream(true)
                            .start();
            nft.getOutputStream().write(rules.getBytes(StandardCharsets.UTF_8));
            nft.getOutputStream().close();
            String output = new String(nft.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (nft.waitFor() != 0) {
                throw new IllegalStateException("nft refused the loss rules: " + output.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
