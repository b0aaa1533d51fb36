// SPDX-License-Identifier: Apache-2.0
/** What an operator writes, on the command line or in a configuration file, as checked values. */
package io.vrio.cli.option;
