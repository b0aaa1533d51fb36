// SPDX-License-Identifier: Apache-2.0
/** Joins a device, its socket and the sessions on it to the worker that serves them. */
package io.vrio.server.worker;
