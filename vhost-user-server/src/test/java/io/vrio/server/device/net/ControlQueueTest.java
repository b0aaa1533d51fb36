// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.device.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.common.memory.NativeBuffer;
import io.vrio.server.virtqueue.GuestDriver.Used;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands of drivers whose frontend passes them on. */
final class ControlQueueTest {
    private static final int OK = 0;
    private static final int ERROR = 1;
    private static final int CONTROL = 2 * NetGuest.PAIRS;
    private static final int[] OTHER = {0x52, 0x54, 0, 1, 2, 3};
    private static final int[] GROUP = {0x33, 0x33, 0, 0, 0, 1};
    private static final int[] BROADCAST = {255, 255, 255, 255, 255, 255};
    private static final int[] OWN = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

    private final MemoryNic nic = new MemoryNic();
    private NetGuest guest;

    @BeforeEach
    void start() {
        guest = NetGuest.start(nic, NetFeatures.of(nic.properties(), NetGuest.PAIRS));
        guest.startQueue(CONTROL);
        guest.offerBuffers(0, 32, 1526);
    }

    @AfterEach
    void close() {
        guest.close();
        nic.close();
    }

    private int command(int... bytes) {
        return guest.command(CONTROL, bytes);
    }

    /** Whether the guest gets a frame to this address. */
    private boolean isReceived(int[] destination) {
        byte[] frame = new byte[60];
        for (int i = 0; i < destination.length; i++) {
            frame[i] = (byte) destination[i];
        }
        assertTrue(nic.deliver(frame));
        guest.device().doWork();
        return guest.receive(0) != null;
    }

    private static byte[] tables(int[][] unicast, int[][] multicast) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(1);
        bytes.write(0);
        for (int[][] table : new int[][][] {unicast, multicast}) {
            bytes.write(table.length & 0xFF);
            bytes.write(table.length >> 8);
            bytes.write(0);
            bytes.write(0);
            for (int[] address : table) {
                for (int part : address) {
                    bytes.write(part);
                }
            }
        }
        return bytes.toByteArray();
    }

    private int status() {
        try (NativeBuffer buffer = new NativeBuffer(2)) {
            guest.device().readConfig(6, buffer.slice());
            return buffer.slice().getUnsignedShort(0);
        }
    }

    @Test
    void shouldGiveEverythingToADriverThatHasSaidNothing() {
        assertTrue(isReceived(OTHER));
        assertTrue(isReceived(GROUP));
    }

    @Test
    void shouldGiveWhatIsAddressedToTheGuestOtherwise() {
        assertEquals(OK, command(0, 0, 0));
        assertTrue(isReceived(OWN));
        assertTrue(isReceived(BROADCAST));
        assertFalse(isReceived(OTHER));
        assertFalse(isReceived(GROUP));
        assertEquals(2, guest.counter("dropped_filtered"));
    }

    @Test
    void shouldFollowTheModes() {
        command(0, 0, 0);
        assertEquals(OK, command(0, 1, 1));
        assertTrue(isReceived(GROUP));
        assertEquals(OK, command(0, 2, 1));
        assertTrue(isReceived(OTHER));
        assertEquals(OK, command(0, 3, 1));
        assertFalse(isReceived(GROUP));
        assertEquals(OK, command(0, 4, 1));
        assertFalse(isReceived(OWN));
        assertEquals(OK, command(0, 5, 1));
        assertFalse(isReceived(BROADCAST));
    }

    @Test
    void shouldFollowTheTables() {
        command(0, 0, 0);
        assertEquals(OK, guest.command(CONTROL, tables(new int[][] {OTHER}, new int[][] {GROUP})));
        assertTrue(isReceived(OTHER));
        assertTrue(isReceived(GROUP));
        assertEquals(OK, guest.command(CONTROL, tables(new int[0][], new int[0][])));
        assertFalse(isReceived(OTHER));
    }

    @Test
    void shouldGiveAllWhenTheTableIsTooLong() {
        command(0, 0, 0);
        int[][] many = new int[ReceiveFilter.ADDRESSES_MAX + 1][6];
        assertEquals(OK, guest.command(CONTROL, tables(many, new int[0][])));
        assertTrue(isReceived(OTHER));
        assertFalse(isReceived(GROUP));
        int[][] tooMany = new int[1000][6];
        assertEquals(OK, guest.command(CONTROL, tables(tooMany, new int[0][])));
        assertTrue(isReceived(GROUP));
    }

    @Test
    void shouldRefuseTablesThatLieAboutTheirLength() {
        assertEquals(ERROR, command(1, 0));
        assertEquals(ERROR, command(1, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5));
        assertEquals(ERROR, command(1, 0, 0, 0, 0, 0));
        assertEquals(ERROR, command(1, 0, 0, 0, 0, 0, 1, 0, 0, 0));
        assertEquals(ERROR, command(1, 0, 255, 255, 255, 255, 0, 0, 0, 0));
        assertEquals(ERROR, command(1, 0, 0, 0, 0, 0, 0, 0, 0, 128));
    }

    @Test
    void shouldFollowTheAddress() {
        command(0, 0, 0);
        assertEquals(OK, command(1, 1, 0x52, 0x54, 0, 1, 2, 3));
        assertTrue(isReceived(OTHER));
        assertFalse(isReceived(OWN));
        assertEquals(ERROR, command(1, 1, 0x52, 0x54));
    }

    @Test
    void shouldUseOnePairUntilTheDriverWantsMore() {
        guest.startPair(1);
        guest.offerBuffers(1, 8, 1526);
        guest.send(1, PlainFrame.tcp4(10, PlainFrame.ACK).bytes());
        guest.device().doWork();
        assertTrue(nic.deliver(PlainFrame.tcp4(10, PlainFrame.ACK).bytes()));
        assertNotNull(received(0));
        assertEquals(OK, command(4, 0, 2, 0));
        guest.send(1, PlainFrame.tcp4(10, PlainFrame.ACK).bytes());
        guest.device().doWork();
        assertTrue(nic.deliver(PlainFrame.tcp4(10, PlainFrame.ACK).bytes()));
        assertNotNull(received(1));
        assertNull(received(0));
    }

    private Object received(int pair) {
        guest.device().doWork();
        return guest.receive(pair);
    }

    @Test
    void shouldRefusePairsThatAreNotThere() {
        assertEquals(ERROR, command(4, 0, 0, 0));
        assertEquals(ERROR, command(4, 0, NetGuest.PAIRS + 1, 0));
        assertEquals(ERROR, command(4, 0, 1));
        assertEquals(OK, command(4, 0, NetGuest.PAIRS, 0));
    }

    @Test
    void shouldBeAskedToAnnounceItselfUntilItHas() {
        nic.change(nic.properties().withLink(false));
        nic.change(nic.properties().withLink(true));
        assertEquals(3, status());
        assertEquals(OK, command(3, 0));
        assertEquals(1, status());
    }

    @Test
    void shouldRefuseWhatItDoesNotKnow() {
        assertEquals(ERROR, command(0, 6, 1));
        assertEquals(ERROR, command(0, 255, 1));
        assertEquals(ERROR, command(0, 0));
        assertEquals(ERROR, command(2, 0, 1, 0));
        assertEquals(ERROR, command(3, 1));
        assertEquals(ERROR, command(4, 1, 1, 0));
        assertEquals(ERROR, command(9, 9, 9));
        assertEquals(ERROR, command(0));
        assertEquals(8, guest.counter("commands_refused"));
    }

    @Test
    void shouldGiveBackACommandThatHasNoRoomForAnAnswer() {
        int head = guest.ring(CONTROL).offer(List.of(guest.readable(new byte[] {0, 0, 1})));
        guest.device().doWork();
        assertEquals(new Used(head, 0), guest.ring(CONTROL).takeUsed());
    }

    @Test
    void shouldBeTheThirdQueueOfADriverThatKnowsOnePair() {
        guest.close();
        long features = NetFeatures.of(nic.properties(), NetGuest.PAIRS) & ~NetFeatures.MQ;
        guest = NetGuest.start(nic, features);
        guest.startQueue(2);
        assertEquals(OK, guest.command(2, 0, 0, 1));
    }
}
