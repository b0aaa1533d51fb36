// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.backends.net.NicSpec;

/** A NIC of the IOhyp, as the operator defined it. */
public record NamedNic(String name, NicSpec backend) {}
