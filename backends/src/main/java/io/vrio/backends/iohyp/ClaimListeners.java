// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

/** Who hears what happens to a claimed device, while somebody wants to. Worker's thread. */
final class ClaimListeners {
    private Runnable onRevoke;
    private Runnable onPropertiesChange;

    /** Null for none. */
    void onRevoke(Runnable listener) {
        onRevoke = listener;
    }

    /** Null for none. */
    void onPropertiesChange(Runnable listener) {
        onPropertiesChange = listener;
    }

    void tellRevoke() {
        tell(onRevoke);
    }

    void tellPropertiesChange() {
        tell(onPropertiesChange);
    }

    private static void tell(Runnable listener) {
        if (listener != null) {
            listener.run();
        }
    }
}
