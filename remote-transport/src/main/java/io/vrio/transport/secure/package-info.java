// SPDX-License-Identifier: Apache-2.0
/** Who is who, and that nobody else reads or writes: handshake, keys, sealed super-frames. */
package io.vrio.transport.secure;
