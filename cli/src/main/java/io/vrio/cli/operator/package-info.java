// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator asks a running daemon: noun, then verb, and a class for each. A verb that disks
 * and NICs share is made for a {@link DeviceNoun}, which holds what differs, and is a line in its
 * tree; a verb of one noun alone is a line in the tree of that noun.
 */
package io.vrio.cli.operator;
