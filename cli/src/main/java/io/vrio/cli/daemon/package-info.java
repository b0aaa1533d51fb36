// SPDX-License-Identifier: Apache-2.0
/** The daemons: their options, and how their parts are wired together. */
package io.vrio.cli.daemon;
