// SPDX-License-Identifier: Apache-2.0
/** Carries messages between a VM host and an I/O host; does not know what a disk is. */
package io.vrio.transport;
