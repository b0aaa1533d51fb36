// SPDX-License-Identifier: Apache-2.0
/** What a domain XML says of devices that vRIO may serve; libvirt itself is not needed. */
package io.vrio.libvirt.domain;
