// SPDX-License-Identifier: Apache-2.0
/** Several VM hosts with an IOhyp that they share, against a local sidecore for each of them. */
package io.vrio.bench.consolidation;
