// SPDX-License-Identifier: Apache-2.0
/** The bytes of a frame: views, a writer and checksums. Knows no socket and no flow. */
package io.vrio.transport.wire;
