// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.qemu;

/** Words to a guest's NIC and to its shell that several tests share. */
public final class NicOptions {
    /** Linux sees a plain NIC: it cuts and sums all that it sends, and takes nothing else. */
    public static final String NO_OFFLOADS =
            "csum=off,guest_csum=off,gso=off,host_tso4=off,host_tso6=off,host_ufo=off,host_ecn=off,"
                    + "guest_tso4=off,guest_tso6=off,guest_ufo=off,guest_ecn=off,mrg_rxbuf=off";

    private NicOptions() {}

    /** A line for the guest: tries for half a minute what fails at first. */
    public static String until(String line) {
        String now = "$(cut -d . -f 1 /proc/uptime)";
        return "end=$(("
                + now
                + " + 30)); until "
                + line
                + "; do [ "
                + now
                + " -lt $end ]"
                + " || exit 1; sleep 0.2; done";
    }
}
