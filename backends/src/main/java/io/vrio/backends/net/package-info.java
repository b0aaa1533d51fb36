// SPDX-License-Identifier: Apache-2.0
/** What network cards are made of: taps, macvtaps, network interfaces, ports of a switch. */
package io.vrio.backends.net;
