// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.roundtrip.RoundTripCampaign;
import io.vrio.bench.roundtrip.RoundTripWay;
import io.vrio.bench.roundtrip.RoundTrips;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What benchmarks have in common that compare ways of ours with each other: by a disk, and by
 * requests and responses of a NIC.
 */
final class OurWays {
    @Mixin private RoundsOption rounds = new RoundsOption(5);

    @Mixin private SecondsOption seconds = new SecondsOption(1.5);

    @Option(names = "--poll", description = "the guest of the disk polls its ring; needs a CPU")
    private boolean isPolling;

    @Option(names = "--peer-namespace", hidden = true, defaultValue = "")
    private String peerNamespace;

    @Mixin private SiteOptions site;

    private final WarmUps diskWarmUps = new WarmUps();
    private final WarmUps nicWarmUps = new WarmUps();

    int rounds() {
        return rounds.rounds();
    }

    double seconds() {
        return seconds.seconds();
    }

    SiteOptions site() {
        return site;
    }

    /**
     * @param rows names of loads of the disk
     * @param alternatives the first is the reference
     */
    Schedule schedule(List<String> rows, List<Alternative> alternatives) {
        return new Schedule(
                List.of(0.0),
                rows.stream().map(Workload::named).toList(),
                alternatives,
                rounds(),
                seconds(),
                isPolling);
    }

    /** Measures the disk by all ways; the first of the schedule is the reference. */
    Results disk(Schedule schedule) throws IOException {
        Campaign campaign = new Campaign(schedule, site.site(), diskWarmUps, System.out::println);
        campaign.run();
        return new Results(
                environment(schedule),
                schedule.alternatives().get(0).title(),
                campaign.measurements(),
                campaign.memory(),
                campaign.verifiedSectorCount(),
                campaign.failures(),
                diskWarmUps.ends());
    }

    /** Without what only the comparison with other programs has. */
    private Map<String, String> environment(Schedule schedule) {
        Map<String, String> environment = new LinkedHashMap<>(site.environment(schedule));
        environment.keySet().removeAll(List.of("qemu-storage-daemon", "nbdkit", "link with loss"));
        return environment;
    }

    /** Measures the NIC by all of these ways. */
    List<RoundTrips> nic(List<RoundTripWay> compared) {
        return new RoundTripCampaign(site.bench(), peerNamespace, nicWarmUps, System.out::println)
                .run(compared, rounds(), seconds());
    }

    List<WarmUps.End> nicWarmUps() {
        return nicWarmUps.ends();
    }

    /** Lines for beneath the tables. */
    String warmUpText() {
        return "Disk: " + diskWarmUps.text() + "NIC: " + nicWarmUps.text();
    }

    /** 1 when data were wrong or a request failed, never for being slow. */
    static int exitStatus(Results disk) {
        boolean hasErrors = disk.measurements().stream().anyMatch(run -> run.errorCount() > 0);
        return disk.failures().isEmpty() && !hasErrors ? 0 : 1;
    }
}
