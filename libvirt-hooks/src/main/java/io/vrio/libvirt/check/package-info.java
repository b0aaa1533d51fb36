// SPDX-License-Identifier: Apache-2.0
/**
 * What in a domain XML would fail or hang, told before it does. Rules are pure; the facts of the
 * machine come in by {@link io.vrio.libvirt.check.Host}.
 */
package io.vrio.libvirt.check;
