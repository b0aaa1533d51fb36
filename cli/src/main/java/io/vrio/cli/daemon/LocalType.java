// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What a backend program serves, in the words of QEMU's docs/interop/vhost-user.json. A program
 * tells of one type only, so vrio local is told which program it is.
 */
public enum LocalType {
    BLOCK("{\"type\": \"block\", \"features\": [\"read-only\", \"blk-file\"]}"),
    NET("{\"type\": \"net\"}");

    static final String OPTION = "--type";

    private final String capabilities;

    LocalType(String capabilities) {
        this.capabilities = capabilities;
    }

    /** JSON for a parser: nothing else may be printed. */
    public String capabilities() {
        return capabilities;
    }

    /** The type that arguments name, block without any; they may be wrong otherwise. */
    public static LocalType asked(String[] arguments) {
        List<String> all = List.of(arguments);
        int at = all.indexOf(OPTION);
        boolean isNet =
                all.contains(OPTION + "=net")
                        || at >= 0 && at + 1 < all.size() && all.get(at + 1).equals("net");
        return isNet ? NET : BLOCK;
    }

    /** From what the operator wrote. */
    static final class Converter implements ITypeConverter<LocalType> {
        @Override
        public LocalType convert(String value) {
            return switch (value) {
                case "block" -> BLOCK;
                case "net" -> NET;
                default ->
                        throw new TypeConversionException(
                                "'" + value + "' is not a type (legal: block, net)");
            };
        }
    }
}
