// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.io.DiskProperties;
import io.vrio.common.io.NicProperties;
import io.vrio.transport.ProtocolDocument;
import io.vrio.transport.message.ControlMessage.Abandon;
import io.vrio.transport.message.ControlMessage.Attach;
import io.vrio.transport.message.ControlMessage.AttachNic;
import io.vrio.transport.message.ControlMessage.AttachRefused;
import io.vrio.transport.message.ControlMessage.Attached;
import io.vrio.transport.message.ControlMessage.Changed;
import io.vrio.transport.message.ControlMessage.Detach;
import io.vrio.transport.message.ControlMessage.GuestLeft;
import io.vrio.transport.message.ControlMessage.Hello;
import io.vrio.transport.message.ControlMessage.NicAttached;
import io.vrio.transport.message.ControlMessage.NicChanged;
import io.vrio.transport.message.ControlMessage.Redirect;
import io.vrio.transport.message.ControlMessage.Refused;
import io.vrio.transport.message.ControlMessage.Revoked;
import io.vrio.transport.message.ControlMessage.Welcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The control messages of {@code docs/protocol.md}, and what nobody should send. */
final class ControlCodecTest {
    private static final DiskProperties PROPERTIES = DiskProperties.ofCapacity(1 << 20, "vm1");

    private static final NicProperties NIC =
            new NicProperties(0x5254_0012_3401L, 1500, true, "lan/7");

    private static final List<ControlMessage> EXAMPLES =
            List.of(
                    new Hello(1, "alpha", 0x0123_4567_89AB_CDEFL, 77, 1500, "none", 2),
                    new Welcome(1, -2, -78, 9000, "none"),
                    new Refused("set --name"),
                    new Redirect(8748),
                    new Attach(3, "vm1", 1),
                    new Attached(3, 5, 1024, PROPERTIES),
                    new AttachRefused(3, "no such disk"),
                    new Detach(3),
                    new Abandon(3, 5, "vm1", 2),
                    new GuestLeft(3, 17),
                    new Revoked(3, "taken"),
                    new Changed(3, PROPERTIES.withCapacity(2 << 20)),
                    new AttachNic(4, "vm1-net"),
                    new NicAttached(4, NIC),
                    new NicChanged(4, NIC.withLink(false)));

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ControlMessage decode(String json) throws IOException {
        return ControlCodec.decode(utf8(json));
    }

    private static String encode(ControlMessage message) {
        return new String(ControlCodec.encode(message), StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteTheDocumentedMessages() {
        assertEquals(
                String.join("\n", ProtocolDocument.controlMessages()),
                String.join("\n", EXAMPLES.stream().map(ControlCodecTest::encode).toList()));
    }

    @Test
    void shouldReadTheDocumentedMessages() {
        List<ControlMessage> read =
                ProtocolDocument.controlMessages().stream()
                        .map(
                                json -> {
                                    try {
                                        return decode(json);
                                    } catch (IOException e) {
                                        throw new AssertionError(json, e);
                                    }
                                })
                        .toList();
        assertEquals(EXAMPLES, read);
    }

    @Test
    void shouldIgnorePropertiesOfALaterRelease() throws IOException {
        assertEquals(new Detach(3), decode("{\"type\":\"detach\",\"flow\":3,\"gently\":true}"));
    }

    @Test
    void shouldTakeAServerOfAReleaseWithOneWorkerForItsFirst() throws IOException {
        Hello old = (Hello) decode(hello(""));
        assertEquals(0, old.workerIndex());
        assertFalse(old.followsRedirects());
        assertEquals(new Attach(3, "vm1", 0), decode(attach("")));
    }

    @Test
    void shouldRefuseAWorkerThatNoServerHas() throws IOException {
        assertEquals(255, ((Hello) decode(hello(",\"worker\":255"))).workerIndex());
        assertThrows(IOException.class, () -> decode(hello(",\"worker\":256")));
        assertThrows(IOException.class, () -> decode(hello(",\"worker\":-1")));
        assertThrows(IOException.class, () -> decode(hello(",\"worker\":\"1\"")));
    }

    private static String hello(String more) {
        return "{\"type\":\"hello\",\"version\":1,\"server\":\"a\",\"epoch\":1,\"tag\":2,"
                + "\"mtu\":1500,\"security\":\"none\""
                + more
                + "}";
    }

    private static String attach(String more) {
        return "{\"type\":\"attach\",\"flow\":3,\"disk\":\"vm1\"" + more + "}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"type\":\"detach\"}",
                "{\"type\":\"detach\",\"flow\":null}",
                "{\"type\":\"detach\",\"flow\":\"3\"}",
                "{\"type\":\"detach\",\"flow\":3.5}",
                "{\"type\":\"detach\",\"flow\":99999999999}",
                "{\"type\":\"detach\",\"flow\":3}{}",
                "{\"type\":\"explode\",\"flow\":3}",
                "{\"type\":\"attach\",\"flow\":0,\"disk\":\"vm1\"}",
                "{\"type\":\"attach\",\"flow\":65536,\"disk\":\"vm1\"}",
                "{\"type\":\"attach\",\"flow\":1,\"disk\":\"\"}",
                "{\"type\":\"attach\",\"flow\":1}",
                "{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":65536,\"disk\":\"vm1\"}",
                "{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":2}",
                "{\"type\":\"attach\",\"flow\":1,\"disk\":\"vm1\",\"claim\":-1}",
                "{\"type\":\"abandon\",\"flow\":1,\"nextFlow\":2,\"disk\":\"vm1\",\"claim\":-1}",
                "{\"type\":\"redirect\"}",
                "{\"type\":\"redirect\",\"port\":0}",
                "{\"type\":\"redirect\",\"port\":65536}",
                "{\"type\":\"changed\",\"flow\":1}",
                "{\"type\":\"attach-nic\",\"flow\":0,\"nic\":\"n\"}",
                "{\"type\":\"attach-nic\",\"flow\":1}",
                "{\"type\":\"nic-attached\",\"flow\":1}",
                "{\"type\":\"nic-changed\",\"flow\":1}",
                "{\"type\":\"attached\",\"flow\":1,\"incarnation\":1,\"requestsMax\":8}"
            })
    void shouldRefuse(String json) {
        assertThrows(IOException.class, () -> decode(json));
    }

    @Test
    void shouldRefuseDepthWithoutEnd() {
        assertThrows(IOException.class, () -> decode("[".repeat(4096)));
        assertThrows(IOException.class, () -> decode("{\"a\":".repeat(800)));
    }

    @Test
    void shouldRefusePropertiesThatNoDiskHas() {
        assertEquals(null, attached(512, 4096, 1 << 20, 0, "vm1"));
        assertEquals("block sizes make no sense", attached(0, 4096, 1 << 20, 0, "vm1"));
        assertEquals("block sizes make no sense", attached(768, 4096, 1 << 20, 0, "vm1"));
        assertEquals("block sizes make no sense", attached(131_072, 131_072, 1 << 20, 0, "vm1"));
        assertEquals("block sizes make no sense", attached(4096, 512, 1 << 20, 0, "vm1"));
        assertEquals("a size is negative", attached(512, 512, -512, 0, "vm1"));
        assertEquals("a size is negative", attached(512, 512, 512, -1, "vm1"));
        assertEquals("serial is not ASCII", attached(512, 512, 512, 0, "v\n1"));
        assertEquals("serial is not ASCII", attached(512, 512, 512, 0, "x".repeat(21)));
        assertEquals("properties are missing", attached(512, 512, 512, 0, null));
    }

    @Test
    void shouldRefusePropertiesThatNoNicHas() {
        assertEquals(null, nicAttached(0, 68, ""));
        assertEquals(null, nicAttached(0x5254_0000_0001L, 65_535, "x".repeat(64)));
        assertEquals("mac is not that of a station", nicAttached(1L << 40, 1500, ""));
        assertEquals("mac is not that of a station", nicAttached(1L << 48, 1500, ""));
        assertEquals("mac is not that of a station", nicAttached(-1, 1500, ""));
        assertEquals("mtu is not 68 to 65535", nicAttached(0, 67, ""));
        assertEquals("mtu is not 68 to 65535", nicAttached(0, 65_536, ""));
        assertEquals(
                "broadcast domain is longer than 64 characters",
                nicAttached(0, 1500, "x".repeat(65)));
        assertEquals("properties are missing", nicAttached(0, 1500, null));
    }

    private static String nicAttached(long mac, int mtu, String domain) {
        NicProperties properties = new NicProperties(mac, mtu, true, domain);
        String reason = new NicAttached(1, properties).invalidReason();
        assertEquals(reason, new NicChanged(1, properties).invalidReason());
        return reason;
    }

    private static String attached(
            int logical, int physical, long capacity, int io, String serial) {
        DiskProperties properties =
                new DiskProperties(capacity, logical, physical, io, false, true, true, serial);
        return new Attached(1, 1, 8, properties).invalidReason();
    }

    @Test
    void shouldRefuseADiskThatTakesNoRequests() {
        assertEquals(
                "requestsMax is not positive", new Attached(1, 1, 0, PROPERTIES).invalidReason());
    }

    @Test
    void shouldKeepTheLogToOneLineWhateverThePeerGivesAsReason() throws IOException {
        ControlMessage read =
                decode("{\"type\":\"refused\",\"reason\":\"a\\nb\\u001b[2J\\ud800\"}");
        assertEquals(new Refused("a?b?[2J?"), read);
    }

    @Test
    void shouldTakeAMissingReasonForAnEmptyOne() throws IOException {
        assertEquals(new Refused(""), decode("{\"type\":\"refused\"}"));
    }

    @Test
    void shouldFitALongReasonIntoAMessage() {
        byte[] bytes = ControlCodec.encode(new AttachRefused(1, "\"".repeat(10_000)));
        assertTrue(bytes.length <= ProtocolDocument.limit("control message length"));
        assertEquals(ControlMessage.LENGTH_MAX, ProtocolDocument.limit("control message length"));
    }

    @Test
    void shouldNotQuoteThePeerInErrors() {
        IOException e =
                assertThrows(IOException.class, () -> decode("{\"type\":\"ev\\nil\",\"flow\":3}"));
        assertTrue(e.getMessage().lines().count() == 1 && !e.getMessage().contains("ev"));
    }
}
