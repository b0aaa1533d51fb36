// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.iohyp;

/**
 * That a server has a device, as it is remembered over restarts.
 *
 * @param device its name
 */
record KeptClaim(String device, String serverName) {}
