// SPDX-License-Identifier: Apache-2.0
/** What one frontend has told us, from its connection to its end: joins protocol and rings. */
package io.vrio.server.session;
