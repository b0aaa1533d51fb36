// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.iohyp.NicRegistry;
import io.vrio.backends.iohyp.NicStatus;
import io.vrio.backends.net.NicSpec;
import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What an operator may ask of the NICs of an IOhyp. Control thread; executed on the worker. */
final class IohypNicControl {
    private final ExportedControl<NicStatus, NicRegistry> exported;

    IohypNicControl(Worker worker, NicRegistry registry) {
        exported =
                new ExportedControl<>(
                        "NIC",
                        ExportedDevices.on(worker, registry),
                        IohypNicControl::nic,
                        NicStatus::counters);
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "nic list", exported::list,
                "nic show", exported::show,
                "nic stats", exported::stats,
                "nic create", this::create,
                "nic delete", exported::delete,
                "nic retry", exported::retry,
                "nic set-link", this::setLink);
    }

    private Object create(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        String backend = arguments.onlyText("backend");
        return exported.shown(name, registry -> registry.create(name, NicSpec.parse(backend)));
    }

    private Object setLink(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        boolean isUp = isUp(arguments.onlyText("link"));
        return exported.shown(name, registry -> registry.setLink(name, isUp));
    }

    private static boolean isUp(String link) throws ControlException {
        return switch (link) {
            case "up" -> true;
            case "down" -> false;
            default -> throw new ControlException("argument 'link' must be 'up' or 'down'");
        };
    }

    private static Map<String, Object> nic(NicStatus nic) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", nic.name());
        row.put("backend", nic.backend());
        Answers.addNicProperties(row, nic.properties());
        row.put("linkWanted", nic.isLinkWanted() ? "up" : "down");
        row.put("state", nic.state().name().toLowerCase(Locale.ROOT));
        row.put("failure", nic.failure());
        row.put("server", nic.claimedBy());
        row.put("serverSince", nic.claimedSince());
        row.put("reservedFor", nic.reservedFor());
        row.put("reservedUntil", nic.reservedUntil());
        row.put("kept", nic.isKept());
        return row;
    }
}
