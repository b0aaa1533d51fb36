// SPDX-License-Identifier: Apache-2.0
/** What a daemon keeps over its restarts, in files of a folder of its own. */
package io.vrio.common.state;
