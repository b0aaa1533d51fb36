// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

/**
 * What a backend needs of its owner.
 *
 * @param name of the NIC, for logs
 * @param worker the one that the NIC belongs to
 */
public record NicContext(String name, NicWorker worker) {}
