// SPDX-License-Identifier: Apache-2.0
/** What vRIO does for libvirt: its domain XML, its hook, its attached devices. */
package io.vrio.libvirt;
