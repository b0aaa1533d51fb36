// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlArguments;
import io.vrio.cli.control.ControlCommand;
import io.vrio.cli.control.ControlException;
import io.vrio.common.clock.NanoClock;
import io.vrio.libvirt.domain.Domain;
import io.vrio.libvirt.domain.DomainXml;
import io.vrio.libvirt.domain.DomainXmlException;
import io.vrio.libvirt.hook.DeviceRecord;
import io.vrio.libvirt.hook.DeviceStanding;
import io.vrio.libvirt.hook.DomainHook;
import io.vrio.libvirt.hook.DomainId;
import io.vrio.libvirt.hook.HookException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What libvirt's hook and an operator may ask about domains and their devices. Control thread. */
final class DomainControl {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private final ServerDevices devices;
    private final DomainHook hook;

    DomainControl(ServerDevices devices) {
        this.devices = devices;
        hook = new DomainHook(devices, NanoClock.SYSTEM, () -> LockSupport.parkNanos(PAUSE_NS));
    }

    Map<String, ControlCommand> commands() {
        return Map.of(
                "domain list", this::list,
                "domain show", this::show,
                "domain prepare", arguments -> told(arguments, hook::prepare),
                "domain reconnect", arguments -> told(arguments, hook::reconnect),
                "domain release", this::release,
                "domain rewrite", this::rewrite);
    }

    /** Something that libvirt tells about a domain. */
    @FunctionalInterface
    private interface Event {
        List<DeviceRecord> tell(Domain domain, boolean isHome) throws HookException;
    }

    private Object told(ControlArguments arguments, Event event) throws ControlException {
        boolean isHome = !arguments.flag("further");
        String xml = arguments.onlyText("xml");
        try {
            Domain domain = DomainXml.parse(xml);
            return row(DomainId.of(domain), event.tell(domain, isHome));
        } catch (DomainXmlException | HookException e) {
            throw new ControlException(e.getMessage(), e);
        }
    }

    private Object release(ControlArguments arguments) throws ControlException {
        String domain = arguments.onlyText("domain");
        try {
            return Map.of("domain", domain, "devices", rows(hook.release(domain)));
        } catch (HookException e) {
            throw new ControlException(e.getMessage(), e);
        }
    }

    private Object rewrite(ControlArguments arguments) throws ControlException {
        boolean isHome = !arguments.flag("further");
        String xml = arguments.onlyText("xml");
        try {
            return Map.of("xml", hook.rewrite(xml, isHome).orElse(""));
        } catch (DomainXmlException e) {
            throw new ControlException(e.getMessage(), e);
        }
    }

    private Object list(ControlArguments arguments) throws ControlException {
        arguments.end();
        List<Object> rows = new ArrayList<>();
        hook.domains().entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().name()))
                .forEach(entry -> rows.add(row(entry.getKey(), entry.getValue())));
        return rows;
    }

    private Object show(ControlArguments arguments) throws ControlException {
        String wanted = arguments.onlyText("domain");
        for (Map.Entry<DomainId, List<DeviceRecord>> entry : hook.domains().entrySet()) {
            if (entry.getKey().isSame(new DomainId(wanted, wanted))) {
                Map<String, Object> row = row(entry.getKey(), List.of());
                row.put("devices", entry.getValue().stream().map(this::standing).toList());
                return row;
            }
        }
        throw new ControlException(
                "no running domain "
                        + wanted
                        + " has a device here, as far as libvirt's hook has told; see vrio domain"
                        + " list");
    }

    private static Map<String, Object> row(DomainId id, List<DeviceRecord> records) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("domain", id.name());
        row.put("uuid", id.uuid());
        row.put("devices", rows(records));
        return row;
    }

    private Map<String, Object> standing(DeviceRecord device) {
        Map<String, Object> row = row(device);
        DeviceStanding standing = devices.standing(device);
        ServedControl.addState(row, standing.isAttached(), standing.refusal().orElse(null));
        row.put("frontend", standing.frontend().orElse(null));
        return row;
    }

    private static List<Map<String, Object>> rows(List<DeviceRecord> records) {
        return records.stream().map(DomainControl::row).toList();
    }

    private static Map<String, Object> row(DeviceRecord device) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("kind", device.kind().command());
        row.put("name", device.name());
        row.put("socket", device.socket().toString());
        row.put("maker", DeviceRecordFormat.text(device.maker()));
        return row;
    }
}
