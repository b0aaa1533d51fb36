// SPDX-License-Identifier: Apache-2.0
package io.vrio.transport.remote;

import static io.vrio.transport.remote.PeerFixture.BUFFERS;
import static io.vrio.transport.remote.PeerFixture.MS;
import static io.vrio.transport.remote.PeerFixture.TIMEOUT_NS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.transport.message.MessageKind;
import io.vrio.transport.wire.FrameHeader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a server meets an IOhyp, and what it tells its operator when that fails. */
final class RemotePeerTest {
    private final PeerFixture fixture = new PeerFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void assertReason(String expected) {
        assertTrue(
                fixture.reason() != null && fixture.reason().contains(expected), fixture.reason());
    }

    @Test
    void shouldGreetAfterTheHandshake() {
        fixture.open(500);
        String hello = fixture.iohyp.takeControl().get(0);
        assertTrue(
                hello.startsWith("{\"type\":\"hello\",\"version\":1,\"server\":\"alpha\","), hello);
        assertEquals(PeerState.GREETING, fixture.state());
    }

    @Test
    void shouldProveThePathBeforeItIsUsed() {
        fixture.open(500);
        fixture.iohyp.takeSegments();
        fixture.iohyp.control(PeerFixture.welcome(1, 1500, "none"));
        fixture.exchange();
        assertEquals(PeerState.PROBING, fixture.state());
        RawEnd.Segment probe = fixture.iohyp.takeSegments().get(0);
        assertEquals(MessageKind.PROBE, probe.kind());
        // All of the MTU: IP and TCP with options, super-frame header, segment header.
        assertEquals(1500 - 52 - 48 - 24, probe.messageLength());
        fixture.iohyp.acknowledge();
        fixture.pass(3 * MS);
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldUseTheSmallerMtu() {
        fixture.open(500);
        fixture.iohyp.takeSegments();
        fixture.iohyp.control(PeerFixture.welcome(1, 1400, "none"));
        fixture.exchange();
        assertEquals(1400 - 52 - 48 - 24, fixture.iohyp.takeSegments().get(0).messageLength());
        assertEquals(1400, fixture.peer.status().mtu());
    }

    @Test
    void shouldBelieveAMiddleboxThatHasLoweredTheMss() {
        fixture.iohyp.mtu(1380);
        fixture.open(500);
        String hello = fixture.iohyp.takeControl().get(0);
        assertTrue(hello.contains("\"mtu\":1380,"), hello);
        fixture.iohyp.control(PeerFixture.welcome(1, 1500, "none"));
        fixture.exchange();
        assertEquals(1380 - 52 - 48 - 24, fixture.iohyp.takeSegments().get(0).messageLength());
    }

    @Test
    void shouldNotBeTalkedIntoTinyFrames() {
        fixture.iohyp.mtu(100);
        fixture.open(500);
        String hello = fixture.iohyp.takeControl().get(0);
        assertTrue(hello.contains("\"mtu\":576,"), hello);
    }

    @Test
    void shouldSendToAnotherStationWhenThePeerTalksButDoesNotHear() {
        fixture.establish();
        fixture.peer.openDisk("disk");
        fixture.pass(10 * MS);
        fixture.iohyp.forgetFrames();
        fixture.peer.openDisk("another");
        fixture.hardwareAddress = 0x02_00_00_00_00_77L;
        for (int i = 0; i < 20; i++) {
            fixture.peer.doWork();
            fixture.clock.advance(20 * MS);
            fixture.iohyp.acknowledge();
        }
        fixture.iohyp.receive();
        int heard = fixture.iohyp.frames();
        fixture.pass(500 * MS);
        assertEquals(heard, fixture.iohyp.frames(), "another station is asked now");
    }

    @Test
    void shouldSendToAnotherStationWhenNobodyAnswers() {
        fixture.establish();
        fixture.peer.openDisk("disk");
        int before = fixture.iohyp.frames();
        fixture.pass(50 * MS);
        int heard = fixture.iohyp.frames();
        assertTrue(heard > before + 1, "it should be asked again");

        fixture.hardwareAddress = 0x02_00_00_00_00_77L;
        fixture.pass(100 * MS);
        heard = fixture.iohyp.frames();
        fixture.pass(1000 * MS);
        assertEquals(heard, fixture.iohyp.frames(), "another station is asked now");
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldNameTheMtuWhenOnlySmallFramesArrive() {
        fixture.open(500);
        fixture.iohyp.isAcknowledging = false;
        fixture.iohyp.control(PeerFixture.welcome(1, 1500, "none"));
        fixture.pass(3100 * MS);
        assertReason("frames of 1500 bytes do not arrive");
        assertReason("--mtu");
    }

    @Test
    void shouldTellThatNothingListens() {
        fixture.passUntil(PeerState.OPENING);
        fixture.exchange();
        fixture.iohyp.next = 0;
        fixture.iohyp.sendRst();
        fixture.exchange();
        assertReason("nothing listens at 10.0.0.2:8746: start vrio iohyp there");
    }

    @Test
    void shouldNotBelieveAResetThatHasNotSeenTheSyn() {
        fixture.passUntil(PeerState.OPENING);
        fixture.exchange();
        fixture.iohyp.expected += 1;
        fixture.iohyp.sendRst();
        fixture.exchange();
        assertEquals(PeerState.OPENING, fixture.state());
    }

    @Test
    void shouldTellThatNobodyAnswers() {
        fixture.passUntil(PeerState.OPENING);
        fixture.pass(3400 * MS);
        assertReason("no answer from 10.0.0.2:8746");
        assertTrue(fixture.iohyp.count(FrameHeader.SYN) >= 6);
    }

    @Test
    void shouldTellThatNoHostHasTheAddress() {
        fixture.hardwareAddress = 0;
        fixture.pass(3100 * MS);
        assertReason("no host answers ARP for 10.0.0.2");
    }

    @Test
    void shouldPassOnWhyTheLinkCannotBeOpened() {
        fixture.openFailure = "interface eth7 is down: ip link set eth7 up";
        fixture.pass(10 * MS);
        assertReason("interface eth7 is down");
    }

    @Test
    void shouldTellThatTheGreetingIsNotAnswered() {
        fixture.open(500);
        fixture.pass(3100 * MS);
        assertReason("answers the handshake but not the greeting");
    }

    @Test
    void shouldShowWhyItIsRefusedAndAskAgainLater() {
        fixture.open(500);
        fixture.iohyp.control("{\"type\":\"refused\",\"reason\":\"install the same release\"}");
        fixture.exchange();
        assertEquals(PeerState.REFUSED, fixture.state());
        assertReason("install the same release");
        fixture.pass(9000 * MS);
        assertEquals(PeerState.REFUSED, fixture.state());
        fixture.pass(1100 * MS);
        assertEquals(PeerState.OPENING, fixture.state());
    }

    @Test
    void shouldRefuseAnotherVersion() {
        fixture.open(500);
        fixture.iohyp.control(PeerFixture.welcome(2, 1500, "none"));
        fixture.exchange();
        assertEquals(PeerState.REFUSED, fixture.state());
        assertReason("speaks version 2");
    }

    @Test
    void shouldRefuseSecurityThatItDoesNotKnow() {
        fixture.open(500);
        fixture.iohyp.control(PeerFixture.welcome(1, 1500, "psk"));
        fixture.exchange();
        assertEquals(PeerState.REFUSED, fixture.state());
        assertReason("security psk");
    }

    @Test
    void shouldSurviveAnMtuThatNoFrameHas() {
        fixture.open(500);
        fixture.iohyp.control(PeerFixture.welcome(1, 10, "none"));
        fixture.exchange();
        assertReason("welcome with an MTU of 10");
    }

    @Test
    void shouldSurviveWhatFollowsARefusalInTheSameSuperFrame() {
        fixture.open(500);
        fixture.iohyp
                .begin()
                .addControl("{\"type\":\"refused\",\"reason\":\"x\"}")
                .addControl(PeerFixture.welcome(1, 1500, "none"))
                .addControl("{\"type\":\"refused\",\"reason\":\"y\"}")
                .send();
        fixture.exchange();
        assertEquals(PeerState.REFUSED, fixture.state());
        assertReason("x");
    }

    @Test
    void shouldNoticeAGoodbye() {
        fixture.establish();
        fixture.iohyp.sendFin();
        fixture.exchange();
        assertReason("the IOhyp has stopped");
        assertEquals(1, fixture.iohyp.count(FrameHeader.FIN));
    }

    @Test
    void shouldNoticeTheDeathOfTheProcess() {
        fixture.establish();
        fixture.iohyp.sendRst();
        fixture.exchange();
        assertReason("the peer broke off");
    }

    @Test
    void shouldEndASilentPeerInABoundedTime() {
        fixture.establish();
        fixture.pass(TIMEOUT_NS + 10 * MS);
        assertReason("the peer is silent for 2000 ms");
        assertEquals(1, fixture.iohyp.count(FrameHeader.RST));
    }

    @Test
    void shouldEndAPeerThatSpeaksButTakesNothing() {
        fixture.establish();
        fixture.iohyp.isAcknowledging = false;
        for (int i = 0; i < 5 && fixture.state() == PeerState.ESTABLISHED; i++) {
            fixture.pass(TIMEOUT_NS / 2);
            fixture.iohyp.acknowledge();
        }
        assertReason("takes not all");
    }

    @Test
    void shouldKeepAQuietAssociationAlive() {
        fixture.establish();
        fixture.iohyp.takeSegments();
        fixture.pass(1005 * MS);
        assertEquals(MessageKind.PROBE, fixture.iohyp.takeSegments().get(0).kind());
    }

    @Test
    void shouldOpenAnotherAssociationAfterALoss() {
        fixture.establish();
        fixture.iohyp.sendRst();
        fixture.exchange();
        fixture.establish();
        assertEquals(PeerState.ESTABLISHED, fixture.state());
        assertEquals(null, fixture.reason());
    }

    @Test
    void shouldClaimItsDisksOnceEstablished() {
        fixture.peer.openDisk("vm1");
        fixture.establish();
        List<String> control = fixture.iohyp.takeControl();
        assertTrue(
                control.contains("{\"type\":\"attach\",\"flow\":1,\"disk\":\"vm1\",\"claim\":1}"));
    }

    @Test
    void shouldAskAgainForADiskThatWasRefused() {
        RemoteDisk disk = fixture.peer.openDisk("vm1");
        fixture.establish();
        fixture.iohyp.takeSegments();
        fixture.iohyp.control("{\"type\":\"attach-refused\",\"flow\":1,\"reason\":\"in use\"}");
        fixture.exchange();
        assertEquals("in use", disk.refusal());
        fixture.pass(1100 * MS);
        assertTrue(fixture.iohyp.takeControl().toString().contains("\"attach\""));
        fixture.attach(1, 1);
        assertTrue(disk.isAttached());
        assertEquals(null, disk.refusal());
    }

    @Test
    void shouldAskAgainForADiskThatWasTakenAway() {
        RemoteDisk disk = fixture.peer.openDisk("vm1");
        fixture.establish();
        fixture.attach(1, 1);
        fixture.iohyp.takeSegments();
        fixture.iohyp.control("{\"type\":\"revoked\",\"flow\":1,\"reason\":\"taken\"}");
        for (int i = 0; i < 5; i++) {
            fixture.pass(500 * MS);
            fixture.iohyp.acknowledge();
        }
        assertFalse(disk.isAttached());
        assertEquals("taken", disk.refusal());
        assertTrue(fixture.iohyp.takeControl().toString().contains("attach"));
    }

    @Test
    void shouldGiveADiskBackWhenItIsClosed() {
        RemoteDisk disk = fixture.peer.openDisk("vm1");
        fixture.establish();
        fixture.attach(1, 1);
        fixture.iohyp.takeSegments();
        disk.close();
        fixture.exchange();
        assertEquals(List.of("{\"type\":\"detach\",\"flow\":1}"), fixture.iohyp.takeControl());
    }

    @Test
    void shouldNotGiveTwoDisksTheSameFlow() {
        RemoteDisk first = fixture.peer.openDisk("first");
        for (int i = 0; i < 0xFFFF; i++) {
            fixture.peer.openDisk("other").close();
        }
        assertFalse(fixture.peer.openDisk("last").flow() == first.flow());
    }

    @Test
    void shouldEndTheAssociationWithAPeerThatAsksForData() {
        fixture.establish();
        fixture.iohyp.send(MessageKind.REQUEST, 1, 1, new byte[32]);
        fixture.exchange();
        assertReason("the peer broke the protocol: an IOhyp has no requests");
        assertEquals(BUFFERS, fixture.buffers.available());
    }

    @Test
    void shouldSurviveControlMessagesWithoutTheirProperties() {
        fixture.peer.openDisk("vm1");
        fixture.establish();
        fixture.iohyp.control(
                "{\"type\":\"attached\",\"flow\":1,\"incarnation\":1,\"requestsMax\":1}");
        fixture.exchange();
        assertReason("properties are missing");
    }

    @Test
    void shouldSurviveARefusalWithoutAReason() {
        fixture.open(500);
        fixture.iohyp.control("{\"type\":\"refused\"}");
        fixture.exchange();
        assertEquals(PeerState.REFUSED, fixture.state());
    }

    @Test
    void shouldIgnoreFramesOfAnotherAssociation() {
        fixture.establish();
        fixture.iohyp.remoteTag++;
        fixture.iohyp.control("{\"type\":\"refused\",\"reason\":\"x\"}");
        fixture.exchange();
        assertEquals(PeerState.ESTABLISHED, fixture.state());
    }

    @Test
    void shouldSayGoodbye() {
        fixture.establish();
        fixture.peer.close();
        fixture.iohyp.receive();
        assertEquals(1, fixture.iohyp.count(FrameHeader.FIN));
    }
}
