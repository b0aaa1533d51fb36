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
    private final Worker worker;
    private final NicRegistry registry;

    IohypNicControl(Worker worker, NicRegistry registry) {
        this.worker = worker;
        this.registry = registry;
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "nic list", this::list,
                "nic show", this::show,
                "nic stats", this::stats,
                "nic create", this::create,
                "nic delete", this::delete,
                "nic set-link", this::setLink);
    }

    private Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        return ask(registry::list).stream().map(IohypNicControl::nic).toList();
    }

    private Object show(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return nic(ask(() -> registry.show(name)));
    }

    private Object stats(ControlArguments arguments) throws ControlException {
        String name = arguments.onlyText("name");
        return ask(() -> registry.show(name)).counters();
    }

    private Object create(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        String backend = arguments.onlyText("backend");
        return nic(ask(() -> registry.create(name, NicSpec.parse(backend))));
    }

    private Object delete(ControlArguments arguments) throws ControlException {
        boolean isForced = arguments.flag("force");
        String name = arguments.onlyText("name");
        if (isForced) {
            throw new ControlException(
                    "an IOhyp takes no NIC away by force: delete it at its server first");
        }
        return ask(
                () -> {
                    registry.remove(name);
                    return Map.of("name", name);
                });
    }

    private Object setLink(ControlArguments arguments) throws ControlException {
        String name = arguments.text("name");
        boolean isUp = isUp(arguments.onlyText("link"));
        return nic(ask(() -> registry.setLink(name, isUp)));
    }

    private static boolean isUp(String link) throws ControlException {
        return switch (link) {
            case "up" -> true;
            case "down" -> false;
            default -> throw new ControlException("argument 'link' must be 'up' or 'down'");
        };
    }

    private <T> T ask(OnWorker.Question<T> question) throws ControlException {
        return OnWorker.ask(worker, question);
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
        row.put("kept", nic.isKept());
        return row;
    }
}
