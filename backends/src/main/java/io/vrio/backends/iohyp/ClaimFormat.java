// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vrio.common.state.RecordFields;
import io.vrio.common.state.RecordFormat;
import io.vrio.common.state.StateException;

/**
 * Claims in {@code disk-claims.json} and {@code nic-claims.json}: two files, because a disk and a
 * NIC may have one name.
 *
 * @param device its kind, in the singular
 */
record ClaimFormat(String device, String listName) implements RecordFormat<KeptClaim> {
    static final ClaimFormat DISKS = new ClaimFormat("disk", "disk-claims");
    static final ClaimFormat NICS = new ClaimFormat("NIC", "nic-claims");

    /** What a server's greeting is checked for, too. */
    private static final String SERVER_PATTERN = "[\\x21-\\x7e]{1,64}";

    @Override
    public String kind() {
        return "claimed " + device;
    }

    @Override
    public boolean isName(String name) {
        return DeviceName.isLegal(name);
    }

    @Override
    public KeptClaim read(RecordFields fields) throws StateException {
        String server = fields.text("server");
        if (!server.matches(SERVER_PATTERN)) {
            throw new StateException("it has an impossible server");
        }
        return new KeptClaim(fields.name(), server);
    }

    @Override
    public void write(KeptClaim claim, ObjectNode target) {
        target.put("name", claim.device()).put("server", claim.serverName());
    }
}
