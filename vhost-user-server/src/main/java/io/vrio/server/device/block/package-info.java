// SPDX-License-Identifier: Apache-2.0
/** The virtio block device in front of a disk that may be anywhere. */
package io.vrio.server.device.block;
