// SPDX-License-Identifier: Apache-2.0
/** What an operator asks a running daemon: noun, then verb. */
package io.vrio.cli.operator;
