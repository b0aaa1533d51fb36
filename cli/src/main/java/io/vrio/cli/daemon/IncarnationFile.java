// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.common.io.DeviceName;
import io.vrio.common.state.RecordFields;
import io.vrio.common.state.RecordFormat;
import io.vrio.common.state.StateException;
import io.vrio.common.state.StateFile;
import io.vrio.common.state.StateFolder;
import io.vrio.transport.remote.KnownIncarnations;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The incarnations that this host's guests know, in {@code incarnations.json}: for a server that
 * comes after this one, and the same guests. Any thread: a worker waits for another one only when
 * both are given disks.
 */
final class IncarnationFile implements KnownIncarnations {
    private static final Logger LOG = LoggerFactory.getLogger(IncarnationFile.class);

    private final StateFile<Known> file;
    private final String boot;
    private final TreeMap<String, Known> known = new TreeMap<>();

    private record Known(String disk, long incarnation, String boot) {}

    private IncarnationFile(StateFile<Known> file, String boot) {
        this.file = file;
        this.boot = boot;
    }

    /**
     * @param folder stays open longer than this is used
     */
    static IncarnationFile open(StateFolder folder) throws StateException {
        IncarnationFile opened =
                new IncarnationFile(new StateFile<>(folder, new Format()), BootId.read());
        opened.load();
        return opened;
    }

    private void load() {
        try {
            for (Known one : file.load()) {
                if (one.boot().equals(boot)) {
                    known.put(one.disk(), one);
                }
            }
        } catch (StateException e) {
            // All guests wait; and what is lost is only told when the I/O host fails just now, too.
            LOG.error("{}; it is not used, and written anew", e.getMessage());
        }
    }

    @Override
    public synchronized OptionalLong find(String disk) {
        Known found = known.get(disk);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.incarnation());
    }

    @Override
    public synchronized void put(String disk, long incarnation) {
        known.put(disk, new Known(disk, incarnation, boot));
        try {
            file.saveUntilReboot(List.copyOf(known.values()));
        } catch (StateException e) {
            LOG.error(
                    "disk={} {}: if this server and the I/O host both fail, guests will not hear of"
                            + " lost writes",
                    disk,
                    e.getMessage());
        }
    }

    /** How a disk stands in the file. */
    private static final class Format implements RecordFormat<Known> {
        @Override
        public String kind() {
            return "disk";
        }

        @Override
        public String listName() {
            return "incarnations";
        }

        @Override
        public boolean isName(String name) {
            return DeviceName.isLegal(name);
        }

        @Override
        public Known read(RecordFields fields) throws StateException {
            return new Known(fields.name(), fields.number("incarnation"), fields.text("boot"));
        }

        @Override
        public void write(Known record, ObjectNode target) {
            target.put("name", record.disk())
                    .put("incarnation", record.incarnation())
                    .put("boot", record.boot());
        }
    }
}
