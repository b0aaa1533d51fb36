// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.root;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicBackend;
import io.vrio.backends.net.NicContext;
import io.vrio.backends.net.NicSpec;
import io.vrio.backends.net.NicSpec.InterfaceSpec;
import io.vrio.backends.net.SteppedWorker;
import io.vrio.common.io.NetDrop;
import io.vrio.common.io.NetFrame;
import io.vrio.common.io.NetPort;
import io.vrio.common.memory.NativeBuffer;
import io.vrio.it.root.TestFrame.Station;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A guest on a NIC of an I/O host: keeps what it receives, and answers ARP and pings to its
 * address.
 */
final class NicGuest implements NetPort, AutoCloseable {
    private static final int ROOM = 1 << 17;
    private static final int ARP_LENGTH = 28;

    private final Station station;
    private final SteppedWorker worker = new SteppedWorker();
    private final NicBackend nic;
    private final NativeBuffer memory = new NativeBuffer(ROOM);
    private final NetFrame outgoing = new NetFrame();
    private final List<TestFrame> received = new ArrayList<>();
    private final Deque<TestFrame> answers = new ArrayDeque<>();
    private boolean isFull;

    /**
     * @param host where the interface is
     * @param spec of a NIC that is made of an interface
     */
    NicGuest(Namespace host, String spec, Station station) throws BackendException {
        this.station = station;
        nic = open(host, spec, worker);
        nic.connect(this);
    }

    private static NicBackend open(Namespace host, String text, SteppedWorker worker)
            throws BackendException {
        NicContext context = new NicContext("test-nic", worker);
        InterfaceSpec spec = (InterfaceSpec) NicSpec.parse(text);
        try {
            return host.call(() -> NicBackend.open(spec, context));
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof BackendException cause) {
                throw cause;
            }
            throw e;
        }
    }

    NicBackend nic() {
        return nic;
    }

    SteppedWorker worker() {
        return worker;
    }

    /** From now on it has no room, or has some again. */
    void setFull(boolean isFull) {
        this.isFull = isFull;
    }

    List<TestFrame> received() {
        return received;
    }

    long dropped(NetDrop reason) {
        return nic.counters().get("dropped_" + reason.name().toLowerCase(Locale.ROOT));
    }

    void send(TestFrame frame) {
        nic.port().offer(frame.describe(outgoing, memory.slice()));
    }

    /** Runs duty cycles until the answer is yes; false when it is still no after a long time. */
    boolean await(BooleanSupplier question) {
        return LinkEnd.await(
                () -> {
                    step();
                    return question.getAsBoolean();
                });
    }

    /** Runs duty cycles until a frame like this has come. */
    boolean awaitFrame(Predicate<TestFrame> wanted) {
        return await(() -> received.stream().anyMatch(wanted));
    }

    void step() {
        worker.step();
        while (!answers.isEmpty()) {
            send(answers.poll());
        }
    }

    @Override
    public boolean offer(NetFrame frame) {
        if (isFull) {
            return false;
        }
        TestFrame copy = TestFrame.of(frame);
        received.add(copy);
        if (copy.type() == TestFrame.ARP_TYPE) {
            answerArp(copy);
        } else if (copy.isIp(TestFrame.PROTOCOL_ICMP)) {
            answerPing(copy);
        }
        return true;
    }

    private void answerArp(TestFrame request) {
        ByteBuffer asked = ByteBuffer.wrap(request.bytes());
        int arp = TestFrame.ETHERNET;
        boolean isForUs =
                asked.getShort(arp + 6) == 1 && asked.getInt(arp + 24) == station.address();
        if (!isForUs) {
            return;
        }
        ByteBuffer answer = ByteBuffer.allocate(TestFrame.ETHERNET + ARP_LENGTH);
        TestFrame.putMac(answer, request.source());
        TestFrame.putMac(answer, station.mac());
        answer.put(asked.array(), 12, 8).putShort((short) 2);
        TestFrame.putMac(answer, station.mac());
        answer.putInt(station.address()).put(asked.array(), arp + 8, 10);
        answers.add(TestFrame.of(answer.array()));
    }

    private void answerPing(TestFrame request) {
        ByteBuffer answer = ByteBuffer.wrap(request.bytes().clone());
        int icmp = TestFrame.ETHERNET + TestFrame.IP;
        if (answer.getInt(TestFrame.ETHERNET + 16) != station.address() || answer.get(icmp) != 8) {
            return;
        }
        TestFrame.putMac(answer, request.source());
        TestFrame.putMac(answer, station.mac());
        answer.putInt(TestFrame.ETHERNET + 12, station.address());
        answer.putInt(
                TestFrame.ETHERNET + 16,
                ByteBuffer.wrap(request.bytes()).getInt(TestFrame.ETHERNET + 12));
        answer.put(icmp, (byte) 0).putShort(icmp + 2, (short) 0);
        int length = request.bytes().length - icmp;
        answer.putShort(icmp + 2, (short) ~TestFrame.sum(answer.array(), icmp, length, 0));
        answers.add(TestFrame.of(answer.array()));
    }

    @Override
    public void close() {
        nic.close();
        memory.close();
    }
}
