// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.cli.daemon.NicKind.ServedNic;
import io.vrio.cli.daemon.ServedDevices.Served;
import io.vrio.libvirt.domain.DeviceKind;
import io.vrio.server.device.net.NetDevice;
import io.vrio.transport.remote.RemoteNic;
import java.util.LinkedHashMap;
import java.util.Map;

/** What an operator may ask of the NICs of a server. Control thread. */
final class ServerNicControl {
    private final ServedDevices<ServedNic> nics;
    private final ServedControl<ServedNic> served;

    ServerNicControl(ServerSettings settings, ServerDevices all, ServedDevices<ServedNic> nics) {
        this.nics = nics;
        served = new ServedControl<>(DeviceKind.NIC, settings, all, nics, this::nic);
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "nic list", served::list,
                "nic show", served::show,
                "nic stats", this::stats,
                "nic create", served::create,
                "nic delete", served::delete,
                "nic retry", this::retry,
                "nic set-link", this::setLink);
    }

    private Object stats(ControlArguments arguments) throws ControlException {
        return nics.ask(arguments.onlyText("name"), ServerNicControl::counters);
    }

    private static Map<String, Long> counters(Served<ServedNic> nic) {
        Map<String, Long> counters = new LinkedHashMap<>(nic.socket().status().counters());
        counters.putAll(nic.ask(ServerNicControl::remoteCounters));
        return counters;
    }

    private static Map<String, Long> remoteCounters(ServedNic nic) {
        Map<String, Long> all = new LinkedHashMap<>(nic.nearby().counters().snapshot());
        RemoteNic remote = nic.remote();
        remote.counters().snapshot().forEach((name, value) -> all.put("remote_" + name, value));
        remote.drops()
                .snapshot()
                .forEach((name, value) -> all.put("remote_dropped_" + name, value));
        return all;
    }

    private Object setLink(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "the link of a NIC is set where it is: run vrio nic set-link on the I/O host");
    }

    private Object retry(ControlArguments arguments) throws ControlException {
        throw new ControlException(
                "a NIC is opened again where it is: run vrio nic retry on the I/O host");
    }

    private Map<String, Object> nic(Served<ServedNic> nic) {
        Map<String, Object> row = nic.ask(ServerNicControl::remote);
        ServedControl.addSocket(row, nic.socket().status());
        return row;
    }

    private static Map<String, Object> remote(ServedNic nic) {
        RemoteNic remote = nic.remote();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", remote.name());
        Answers.addNicProperties(row, remote.properties());
        ServedControl.addState(row, remote.isAttached(), remote.refusal());
        row.put("queuesMax", NetDevice.PAIRS_DEFAULT);
        return row;
    }
}
