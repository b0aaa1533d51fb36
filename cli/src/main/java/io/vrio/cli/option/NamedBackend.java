// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.backends.block.BackendSpec;

/** A disk of the IOhyp, as the operator defined it. */
public record NamedBackend(String name, BackendSpec backend) {}
