// SPDX-License-Identifier: Apache-2.0
/** How long libvirt waits for its hook. */
package io.vrio.bench.hook;
