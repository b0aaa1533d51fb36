// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.Version;
import io.vrio.cli.control.ControlProtocol;
import io.vrio.cli.option.NetworkOptions;
import io.vrio.common.io.MacAddress;
import io.vrio.common.io.NicProperties;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The answers that both daemons give in the same form; see docs/protocol-control.md. */
final class Answers {
    private Answers() {}

    /** What every status begins with. */
    static Map<String, Object> status(String daemon, NetworkOptions network) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("daemon", daemon);
        status.put("version", Version.text());
        status.put("protocol", ControlProtocol.VERSION);
        status.put("pid", ProcessHandle.current().pid());
        long startedMs = ManagementFactory.getRuntimeMXBean().getStartTime();
        status.put("started", Instant.ofEpochMilli(startedMs).toString());
        long uptimeMs = ManagementFactory.getRuntimeMXBean().getUptime();
        status.put("uptimeSeconds", TimeUnit.MILLISECONDS.toSeconds(uptimeMs));
        status.put("interface", network.interfaceName());
        status.put("security", network.isInsecure() ? "none" : "key");
        return status;
    }

    /** What both ends know of a NIC. */
    static void addNicProperties(Map<String, Object> row, NicProperties nic) {
        row.put("mac", nic.mac() == 0 ? "" : MacAddress.format(nic.mac()));
        row.put("mtu", nic.mtu());
        row.put("link", nic.isLinkUp() ? "up" : "down");
    }

    /** Each worker of a daemon: where it runs, and how much of its time it had work lately. */
    static List<Map<String, Object>> workers(DaemonWorkers workers, WorkerScaler scaler) {
        double[] busy = scaler.busy();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < workers.running().size(); i++) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("worker", i);
            row.put("cpu", workers.cpu(i).map(String::valueOf).orElse("any"));
            row.put("busyPercent", i < busy.length ? Math.round(busy[i] * 100) : 0);
            rows.add(row);
        }
        return rows;
    }
}
