// SPDX-License-Identifier: Apache-2.0
package io.vrio.it;

import io.vrio.cli.StopSignal;

/** For a command that is looked at, and not run as a daemon. */
public final class NeverStops implements StopSignal {
    @Override
    public void arm() {}

    @Override
    public void await() {}

    @Override
    public boolean isWished() {
        return false;
    }

    @Override
    public void fail() {}

    @Override
    public boolean hasFailed() {
        return false;
    }
}
