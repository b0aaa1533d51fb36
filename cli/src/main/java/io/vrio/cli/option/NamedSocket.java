// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import java.nio.file.Path;

/**
 * A disk or NIC of the server, as the operator defined it.
 *
 * @param socket null for NAME.sock in the socket directory
 */
public record NamedSocket(String name, Path socket) {}
