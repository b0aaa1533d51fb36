// SPDX-License-Identifier: Apache-2.0
/** The disks that an I/O host offers: kept by name, claimed by servers, shown to the operator. */
package io.vrio.backends.iohyp;
