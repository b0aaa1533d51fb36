// SPDX-License-Identifier: Apache-2.0
/** Parts of the data path, each measured alone (JMH). */
package io.vrio.bench.micro;
