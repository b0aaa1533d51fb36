// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.secure.HandshakeException;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Opening;
import io.vrio.transport.secure.KeyExchange;
import io.vrio.transport.secure.KeyExchange.Accepted;
import io.vrio.transport.secure.KeyExchange.Attempt;
import io.vrio.transport.secure.KeyRing;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.secure.RefusalReason;
import io.vrio.transport.wire.Endpoint;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom an IOhyp lets in: with keys, nobody who does not open with the right one; without, nobody
 * who expects one. Judges by the first frame alone and remembers nothing of who is refused but the
 * time of the log line. One worker.
 */
final class Admission {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private final Optional<KeyRing> keys;
    private final RandomGenerator random;
    private final PresharedKey decoy;
    private final LogLimit logLimit = new LogLimit();

    /**
     * @param keys empty for a trusted network
     * @param random unpredictable
     */
    Admission(Optional<KeyRing> keys, RandomGenerator random) {
        this.keys = keys;
        this.random = random;
        byte[] bytes = new byte[PresharedKey.LENGTH];
        random.nextBytes(bytes);
        decoy = new PresharedKey(bytes);
    }

    /** What becomes of somebody who wants to be let in. */
    sealed interface Verdict {
        /** As it is: the frame holds the first super-frame. */
        record Unprotected() implements Verdict {}

        /** By its key, under this name. */
        record Authenticated(String serverName, Accepted accepted) implements Verdict {}

        record Refused(RefusalReason reason) implements Verdict {}
    }

    /**
     * @param payload a handshake message, or null when it is something else
     * @param serverSequence of the first byte of the frame
     * @param iohypSequence of our first byte
     */
    Verdict judge(
            byte[] payload, Endpoint remote, long serverSequence, long iohypSequence, long nowNs) {
        if (keys.isEmpty()) {
            return payload == null
                    ? new Verdict.Unprotected()
                    : refuse(
                            remote,
                            RefusalReason.NO_KEYS,
                            "it has a key, we run with --insecure",
                            nowNs);
        }
        HandshakeMessage message = payload == null ? null : HandshakeMessage.decode(payload);
        if (message instanceof Opening opening) {
            return judge(
                    opening,
                    remote,
                    new Attempt(opening.name(), serverSequence, iohypSequence),
                    nowNs);
        }
        return refuse(remote, RefusalReason.KEY_NEEDED, "it runs with --insecure", nowNs);
    }

    private Verdict judge(Opening opening, Endpoint remote, Attempt attempt, long nowNs) {
        PresharedKey key = keys.get().find(opening.name());
        try {
            // Without a key the same work is done: how long it takes must not tell the names.
            PresharedKey judged = key == null ? decoy : key;
            return new Verdict.Authenticated(
                    opening.name(), KeyExchange.accept(judged, attempt, opening, random));
        } catch (HandshakeException e) {
            String what = key == null ? "there is no key for server " : "wrong key for server ";
            return refuse(remote, RefusalReason.WRONG_KEY, what + opening.name(), nowNs);
        }
    }

    private Verdict refuse(Endpoint remote, RefusalReason reason, String why, long nowNs) {
        if (logLimit.mayLog(remote.address(), nowNs)) {
            LOG.warn("peer={} refused: {}", remote.address(), why);
        }
        return new Verdict.Refused(reason);
    }
}
