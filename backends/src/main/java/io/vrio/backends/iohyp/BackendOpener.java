// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

import io.vrio.backends.block.BackendDisk;
import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.DiskContext;

/** Makes a backend of its specification. A seam: tests offer disks that fail when told to. */
@FunctionalInterface
interface BackendOpener {
    BackendDisk open(BackendSpec spec, DiskContext context) throws BackendException;
}
