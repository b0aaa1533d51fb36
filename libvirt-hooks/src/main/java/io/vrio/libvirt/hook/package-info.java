// SPDX-License-Identifier: Apache-2.0
/**
 * What libvirt's hook means for the devices of a server. Libvirt waits while this runs, so nothing
 * here may ask libvirt.
 */
package io.vrio.libvirt.hook;
