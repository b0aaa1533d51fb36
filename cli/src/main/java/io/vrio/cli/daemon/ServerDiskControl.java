// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.ServedDevices.Served;
import io.vrio.common.io.DiskProperties;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.server.device.block.BlockDevice;
import io.vrio.server.worker.MoveOutcome;
import io.vrio.transport.remote.RemoteDisk;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an operator may ask of the disks of a server. Control thread. */
final class ServerDiskControl {
    private final ServerWorkers workers;
    private final ServedDevices<RemoteDisk> disks;
    private final ServedControl<RemoteDisk> served;

    ServerDiskControl(
            ServerSettings settings,
            ServerWorkers workers,
            ServerDevices all,
            ServedDevices<RemoteDisk> disks) {
        this.workers = workers;
        this.disks = disks;
        served = new ServedControl<>(DeviceKind.DISK, settings, all, disks, this::disk);
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "disk move", this::move,
                "disk list", served::list,
                "disk show", served::show,
                "disk stats", this::stats,
                "disk create", served::create,
                "disk delete", served::delete,
                "disk resize", this::resize,
                "disk retry", this::retry);
    }

    private Object stats(ControlArguments arguments) throws ControlException {
        return disks.ask(arguments.onlyText("name"), ServerDiskControl::counters);
    }

    private static Map<String, Long> counters(Served<RemoteDisk> disk) {
        Map<String, Long> counters = new LinkedHashMap<>(disk.socket().status().counters());
        Map<String, Long> remote = disk.ask(one -> one.counters().snapshot());
        remote.forEach((name, value) -> counters.put("remote_" + name, value));
        return counters;
    }

    private Object move(ControlArguments arguments) throws ControlException {
        long worker = arguments.number("worker");
        String name = arguments.onlyText("name");
        synchronized (workers) {
            String problem = problem(disks.move(name, workers.at(worker)), worker);
            if (problem != null) {
                throw new ControlException("disk " + name + " " + problem);
            }
            return disks.ask(name, this::disk);
        }
    }

    /** What a disk does instead of going to a worker, and what to do about it, or null. */
    static String problem(MoveOutcome outcome, long worker) {
        return switch (outcome) {
            case MOVED -> null;
            case UNANSWERED ->
                    "stays where it is: its requests are not answered; see vrio peer show";
            case WORKER_FULL ->
                    "stays where it is: worker " + worker + " has no room for it; choose another";
            case WORKER_ENDED -> "stays where it is: worker " + worker + " has ended";
            case DEVICE_ENDED ->
                    "has ended, and its guest waits: the server's log tells why; delete it, and"
                            + " create it again";
        };
    }

    private Object resize(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "a disk is resized where it is: run vrio disk resize on the I/O host");
    }

    private Object retry(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "a disk is opened again where it is: run vrio disk retry on the I/O host");
    }

    private Map<String, Object> disk(Served<RemoteDisk> disk) {
        Map<String, Object> row = disk.ask(ServerDiskControl::remote);
        row.put("worker", disk.home().index());
        ServedControl.addSocket(row, disk.socket().status());
        return row;
    }

    private static Map<String, Object> remote(RemoteDisk disk) {
        DiskProperties properties = disk.properties();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", disk.name());
        row.put("capacity", properties.capacity());
        row.put("readOnly", properties.isReadOnly());
        row.put("serial", properties.serial());
        ServedControl.addState(row, disk.isAttached(), disk.refusal());
        row.put("queuesMax", BlockDevice.QUEUES_DEFAULT);
        row.put("requestsUnderWay", disk.underWay());
        return row;
    }
}
