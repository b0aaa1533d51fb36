// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import io.vrio.transport.flow.AssociationSetup;
import io.vrio.transport.flow.Suspicion;
import io.vrio.transport.secure.HandshakeException;
import io.vrio.transport.secure.HandshakeMessage;
import io.vrio.transport.secure.HandshakeMessage.Answer;
import io.vrio.transport.secure.HandshakeMessage.Refusal;
import io.vrio.transport.secure.KeyExchange;
import io.vrio.transport.secure.KeyLimits;
import io.vrio.transport.secure.PresharedKey;
import io.vrio.transport.secure.Protection;
import io.vrio.transport.secure.SealedProtection;
import io.vrio.transport.wire.FrameHeader;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The server's side of the key exchange, of one attempt after the other: what it says, what it
 * makes of the answer, and whether it believes a refusal. One worker.
 */
final class ServerKeying {
    private final String serverName;
    private final Optional<PresharedKey> key;
    private final KeyLimits limits;
    private final RandomGenerator random;
    private final Suspicion suspicion = new Suspicion();
    private AssociationSetup setup;
    private KeyExchange exchange;
    private String reason;

    /**
     * @param random unpredictable
     */
    ServerKeying(PeerOptions options, RandomGenerator random) {
        serverName = options.serverName();
        key = options.key();
        limits = options.keyLimits();
        this.random = random;
    }

    /** Whether an association needs keys before it begins. */
    boolean isWanted() {
        return key.isPresent();
    }

    /** A new attempt begins after a handshake of three ways. */
    void begin(AssociationSetup newSetup) {
        close();
        setup = newSetup;
        exchange =
                KeyExchange.begin(
                        key.orElseThrow(),
                        new KeyExchange.Attempt(
                                serverName, setup.firstSent(), setup.firstReceived()),
                        random);
    }

    AssociationSetup setup() {
        return setup;
    }

    /** What the server says, as often as it likes. */
    byte[] opening() {
        return exchange.opening();
    }

    /** Whether a frame answers our opening: only who has seen it knows the number. */
    boolean isAnswered(FrameHeader header) {
        return header.acknowledgement() == (int) setup.firstSent() + exchange.opening().length;
    }

    /** What an association begins with, when this was the true answer; else null. */
    AssociationSetup onAnswer(byte[] message, long nowNs) {
        HandshakeMessage decoded = HandshakeMessage.decode(message);
        if (decoded instanceof Refusal refusal) {
            suspect(LossReason.of(refusal.reason()), nowNs);
        } else if (decoded instanceof Answer answer) {
            return accept(answer, message.length, nowNs);
        }
        return null;
    }

    private AssociationSetup accept(Answer answer, int length, long nowNs) {
        try {
            Protection protection = new SealedProtection(exchange.onAnswer(answer), limits, nowNs);
            return new AssociationSetup(
                    setup.local(),
                    setup.remote(),
                    setup.firstSent() + exchange.opening().length,
                    setup.firstReceived() + length,
                    setup.localTag(),
                    setup.mtu(),
                    protection);
        } catch (HandshakeException e) {
            // Somebody else's, or of an IOhyp that has another key: the true one may still come.
            suspect(LossReason.WRONG_ANSWER, nowNs);
            return null;
        }
    }

    /** Anybody may have said so: it is believed when nothing better comes for a while. */
    void suspect(String why, long nowNs) {
        reason = suspicion.isRaised() ? reason : why;
        suspicion.raise(nowNs);
    }

    /** Why the attempt is over, or null. */
    String endReason(long nowNs) {
        return suspicion.isConfirmed(nowNs) ? reason : null;
    }

    /** Wipes what is left of an attempt. */
    void close() {
        suspicion.clear();
        if (exchange != null) {
            exchange.close();
            exchange = null;
        }
    }
}
