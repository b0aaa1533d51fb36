// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

/**
 * One link between the VM host and the I/O host, both of them network namespaces that exist.
 *
 * @param description one sentence for the report
 */
record Network(End vmHost, End ioHost, String description) {
    /** Where a daemon runs. */
    record End(String namespace, String interfaceName, String address) {}
}
