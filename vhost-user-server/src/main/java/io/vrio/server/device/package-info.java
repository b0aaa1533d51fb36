// SPDX-License-Identifier: Apache-2.0
/** Virtio devices without their transport; do not know where the disk is. */
package io.vrio.server.device;
