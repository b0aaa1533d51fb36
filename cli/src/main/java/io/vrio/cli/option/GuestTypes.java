// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.common.io.MacAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The types of what an operator says of a device as its guest will see it. */
public final class GuestTypes {
    private GuestTypes() {}

    private static TypeConversionException wrong(String value, String noun, String legal) {
        return new TypeConversionException(
                "'" + value + "' is not " + noun + " (legal: " + legal + ")");
    }

    /** The address of a NIC, in the form that libvirt writes. */
    public static final class Mac implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            long address = MacAddress.parse(value);
            if (address < 0 || !MacAddress.isStation(address)) {
                throw wrong(value, "the MAC of a NIC", MacAddress.LEGAL + ", of no group");
            }
            return MacAddress.format(address);
        }
    }

    /** A number of queues; how many a device has, its server knows. */
    public static final class Queues implements ITypeConverter<Integer> {
        /** Limit: those of virtio-blk, the more of both kinds (virtio 1.2, 5.2.2). */
        private static final int MAX = 256;

        @Override
        public Integer convert(String value) {
            int number = value.matches("[0-9]{1,3}") ? Integer.parseInt(value) : 0;
            if (number < 1 || number > MAX) {
                throw wrong(value, "a number of queues", "1-" + MAX);
            }
            return number;
        }
    }

    /** Where a disk is in the guest, as libvirt names it; the guest may name it otherwise. */
    public static final class Target implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            // Limit: libvirt counts these names as numbers; three letters are 18278 disks.
            if (!value.matches("vd[a-z]{1,3}")) {
                throw wrong(value, "the target of a virtio disk", "vda-vdzzz");
            }
            return value;
        }
    }
}
