// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.cli.control.ControlCommand;
import io.vrio.common.agent.Worker;
import io.vrio.transport.link.LinkOpener;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What both daemons answer about their links; see docs/protocol-control.md. */
final class LinkAnswers {
    private LinkAnswers() {}

    /**
     * The same commands, but {@code status} ends with what short frames go by now, and why that is
     * not what the operator wanted.
     *
     * @param worker whose links they are
     */
    static Map<String, ControlCommand> addTo(
            Map<String, ControlCommand> commands, Worker worker, LinkOpener links) {
        Map<String, ControlCommand> all = new TreeMap<>(commands);
        ControlCommand status = commands.get("status");
        all.put(
                "status",
                arguments -> {
                    Map<Object, Object> answer =
                            new LinkedHashMap<>((Map<?, ?>) status.answer(arguments));
                    answer.put("link", worker.call(links::kind).toString());
                    answer.put("linkReason", worker.call(links::reason));
                    return answer;
                });
        return all;
    }
}
