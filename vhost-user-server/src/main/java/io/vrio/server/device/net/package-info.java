// SPDX-License-Identifier: Apache-2.0
/** The virtio network card (virtio 1.2, 5.1); does not know where its frames go. */
package io.vrio.server.device.net;
