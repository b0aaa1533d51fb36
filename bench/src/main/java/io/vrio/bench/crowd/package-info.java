// SPDX-License-Identifier: Apache-2.0
/** What many servers get that share one narrow link to their IOhyp. */
package io.vrio.bench.crowd;
