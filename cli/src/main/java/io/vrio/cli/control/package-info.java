// SPDX-License-Identifier: Apache-2.0
/** The control socket of the daemons: JSON lines, see docs/protocol-control.md. */
package io.vrio.cli.control;
