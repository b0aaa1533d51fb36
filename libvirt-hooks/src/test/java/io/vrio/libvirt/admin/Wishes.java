// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import io.vrio.common.clock.ManualClock;
import io.vrio.libvirt.domain.DeviceKind;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** What an operator wants of the domain vm1, and how long it waits. */
final class Wishes {
    private Wishes() {}

    static AttachWish disk(String name) {
        return wish(DeviceKind.DISK, name, false, false);
    }

    static AttachWish nic(String name) {
        return wish(DeviceKind.NIC, name, false, false);
    }

    static AttachWish wish(DeviceKind kind, String name, boolean isLive, boolean isPersistent) {
        return new AttachWish(
                kind,
                name,
                "vm1",
                isLive,
                isPersistent,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty());
    }

    static AttachWish at(String target) {
        return new AttachWish(
                DeviceKind.DISK,
                "data",
                "vm1",
                false,
                false,
                Optional.of(target),
                Optional.empty(),
                OptionalInt.empty());
    }

    static AttachWish withMac(String mac) {
        return new AttachWish(
                DeviceKind.NIC,
                "net",
                "vm1",
                false,
                false,
                Optional.empty(),
                Optional.of(mac),
                OptionalInt.empty());
    }

    /** The operator has lost it. */
    static Patience noPatience() {
        ManualClock clock = new ManualClock(0);
        return new Patience(TimeUnit.SECONDS.toNanos(10), clock, clock::advance, () -> true);
    }

    /** Ten seconds of a clock that moves by waiting alone. */
    static Patience patience() {
        ManualClock clock = new ManualClock(0);
        return new Patience(TimeUnit.SECONDS.toNanos(10), clock, clock::advance, () -> false);
    }
}
