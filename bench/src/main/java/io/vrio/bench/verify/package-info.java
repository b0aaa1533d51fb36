// SPDX-License-Identifier: Apache-2.0
/** Data that proves where it belongs and how old it is, and the model it is judged by. */
package io.vrio.bench.verify;
