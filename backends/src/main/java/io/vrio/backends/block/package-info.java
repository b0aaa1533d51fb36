// SPDX-License-Identifier: Apache-2.0
/** What disks are made of: files, block devices, memory, nothing. */
package io.vrio.backends.block;
