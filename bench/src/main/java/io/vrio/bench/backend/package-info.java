// SPDX-License-Identifier: Apache-2.0
/** What the choices inside the backends cost; run by hand, see docs/decisions.md. */
package io.vrio.bench.backend;
