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
        return "for i in $(seq 100); do " + line + " && exit; sleep 0.3; done; exit 1";
    }
}
