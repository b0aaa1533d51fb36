// SPDX-License-Identifier: Apache-2.0
/** The vrio command: wires the parts together, reads the environment, prints and exits. */
package io.vrio.cli;
