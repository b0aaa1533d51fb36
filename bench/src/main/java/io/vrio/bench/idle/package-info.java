// SPDX-License-Identifier: Apache-2.0
/** What daemons use while their guests do nothing. */
package io.vrio.bench.idle;
