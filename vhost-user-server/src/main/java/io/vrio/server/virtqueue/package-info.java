// SPDX-License-Identifier: Apache-2.0
/** The device's end of virtqueues; knows neither sessions nor what a request means. */
package io.vrio.server.virtqueue;
