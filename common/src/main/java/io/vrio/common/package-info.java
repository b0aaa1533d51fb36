// SPDX-License-Identifier: Apache-2.0
/** What every module needs; a thing comes here only when two modules need it. */
package io.vrio.common;
