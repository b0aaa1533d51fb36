// SPDX-License-Identifier: Apache-2.0
/**
 * Devices of ours in libvirt's domains while they run: attached, detached, and made as a domain's
 * metadata describes them. The one package that calls libvirt, which need not be installed.
 */
package io.vrio.libvirt.admin;
