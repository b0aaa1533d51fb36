// SPDX-License-Identifier: Apache-2.0
/** The bytes of the vhost-user protocol, and nothing else: no state, no sockets, no rings. */
package io.vrio.server.protocol;
