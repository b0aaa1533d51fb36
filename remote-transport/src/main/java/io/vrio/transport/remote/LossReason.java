// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.secure.RefusalReason;
import io.vrio.transport.wire.IpAddress;

/** Why a server lost its association, and what to look at: one line each for the operator. */
final class LossReason {
    static final String STOPPED = "the IOhyp has stopped";

    static final String BROKEN_OFF =
            "the peer broke off: its process has ended or does not know us any more";

    static final String TAKES_NOTHING = "the peer acknowledges nothing of what it is sent";

    static final String DEAF =
            "the peer is heard, but takes not all that is sent to it: has the MTU on the path been"
                    + " lowered?";

    static final String WRONG_ANSWER =
            "the IOhyp does not prove that it has our key: compare the key files on both hosts";

    static final String TOO_LONG =
            "longer frames do not arrive, short ones do: set the same MTU all along the path, or"
                    + " --mtu to the smallest";

    private LossReason() {}

    static String of(RefusalReason reason) {
        return switch (reason) {
            case KEY_NEEDED ->
                    "the IOhyp lets in nobody without a key: give this server --key-file, not"
                            + " --insecure";
            case NO_KEYS ->
                    "the IOhyp runs with --insecure and has no keys: give it --key-file, too";
            case WRONG_KEY ->
                    "the IOhyp has another key for this server, or none: compare the key files, and"
                            + " --name";
        };
    }

    static String noHost(IpAddress host) {
        String question =
                switch (host.version()) {
                    case V4 -> "ARP";
                    case V6 -> "neighbour discovery";
                };
        return "no host answers "
                + question
                + " for "
                + host
                + ": check the address and that both hosts share the network";
    }

    static String noListener(String address) {
        return "nothing listens at " + address + ": start vrio iohyp there";
    }

    static String noAnswer(String address) {
        return "no answer from "
                + address
                + ": check that vrio iohyp runs there and that no firewall is between";
    }

    static String noGreeting(String address) {
        return address + " answers the handshake but not the greeting";
    }

    static String fullFramesLost(int mtu, String address) {
        return "frames of "
                + mtu
                + " bytes do not arrive at "
                + address
                + ", small ones do: set the same MTU all along the path, or --mtu to the smallest";
    }

    static String silent(long timeoutMs) {
        return "the peer is silent for " + timeoutMs + " ms";
    }
}
