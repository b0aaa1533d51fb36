// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.block.BackendSpec;
import io.vrio.backends.block.ByteSize;
import io.vrio.backends.net.NicSpec;
import io.vrio.common.io.DeviceName;
import io.vrio.transport.link.LinkKind;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The types of option values: each judges what was written and names what is legal. */
public final class OptionTypes {
    public static final int DEFAULT_PORT = 8746;

    private static final String ADDRESSES =
            "a.b.c.d, fd00::1, fe80::1%eth0; names are not looked up";

    private static final Pattern TIME_SPAN = Pattern.compile("([0-9]{1,9})(ms|s|)");

    /** N or N-M. */
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,9})(?:-([0-9]{1,9}))?");

    private OptionTypes() {}

    private static TypeConversionException wrong(String value, String noun, String legal) {
        return new TypeConversionException(
                "'" + value + "' is not " + noun + " (legal: " + legal + ")");
    }

    private static int number(String value, int min, int max, String noun) {
        // Limit: 9 digits are always an int.
        int number = value.matches("[0-9]{1,9}") ? Integer.parseInt(value) : -1;
        if (number < min || number > max) {
            throw wrong(value, noun, min + "-" + max);
        }
        return number;
    }

    private static String name(String value, String noun) {
        if (!DeviceName.isLegal(value)) {
            throw wrong(value, noun, DeviceName.LEGAL);
        }
        return value;
    }

    private static Path path(String value) {
        try {
            if (!value.isEmpty()) {
                return Path.of(value).toAbsolutePath().normalize();
            }
        } catch (InvalidPathException e) {
            // Reported below, together with the empty path.
        }
        throw wrong(value, "a path", "a path of the file system");
    }

    private static ScopedAddress address(String value) {
        try {
            return ScopedAddress.parse(value);
        } catch (IllegalArgumentException e) {
            throw wrong(value, "an IP address", ADDRESSES);
        }
    }

    private static BackendSpec backend(String value) {
        try {
            return BackendSpec.parse(value);
        } catch (BackendException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static NicSpec nicBackend(String value) {
        try {
            return NicSpec.parse(value);
        } catch (BackendException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** The index of the sign between a device's name and what it is made of. */
    private static int equalsSign(String value, String noun, String example) {
        int equals = value.indexOf('=');
        if (equals < 0) {
            throw wrong(value, noun, "NAME=BACKEND, for example " + example);
        }
        return equals;
    }

    /** A TCP port. */
    public static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 1, 65535, "a port");
        }
    }

    /** packet or xdp. */
    public static final class Link implements ITypeConverter<LinkKind> {
        @Override
        public LinkKind convert(String value) {
            for (LinkKind kind : LinkKind.values()) {
                if (kind.toString().equals(value)) {
                    return kind;
                }
            }
            throw wrong(value, "a link", "packet, xdp");
        }
    }

    /** An own address. */
    public static final class Address implements ITypeConverter<ScopedAddress> {
        @Override
        public ScopedAddress convert(String value) {
            return address(value);
        }
    }

    /** ADDR[:N]; an IPv6 address stands in brackets when a port follows. */
    public static final class Peer implements ITypeConverter<PeerAddress> {
        @Override
        public PeerAddress convert(String value) {
            int bracket = value.startsWith("[") ? value.indexOf(']') : -1;
            int colon = value.indexOf(':', bracket + 1);
            boolean isBareIpv6 = bracket < 0 && colon != value.lastIndexOf(':');
            String host = colon < 0 || isBareIpv6 ? value : value.substring(0, colon);
            int port =
                    host.equals(value)
                            ? DEFAULT_PORT
                            : number(value.substring(colon + 1), 1, 65535, "a port");
            return new PeerAddress(address(withoutBrackets(host)), port);
        }

        private static String withoutBrackets(String host) {
            return host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0
                    ? host.substring(1, host.length() - 1)
                    : host;
        }
    }

    /** The MTU that frames are made for. */
    public static final class Mtu implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 1280, 65535, "an MTU in bytes");
        }
    }

    /** How long a worker polls after its last work, in microseconds. */
    public static final class SpinTime implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 0, 1000, "a time in microseconds");
        }
    }

    /** How many workers there may be: N, or MIN-MAX. */
    public static final class Workers implements ITypeConverter<WorkerCount> {
        private static final String LEGAL = "N or MIN-MAX, 1-" + WorkerCount.LIMIT;

        @Override
        public WorkerCount convert(String value) {
            Matcher matcher = RANGE.matcher(value);
            if (matcher.matches()) {
                WorkerCount count = new WorkerCount(first(matcher), last(matcher));
                if (count.min() >= 1
                        && count.min() <= count.max()
                        && count.max() <= WorkerCount.LIMIT) {
                    return count;
                }
            }
            throw wrong(value, "a number of workers", LEGAL);
        }
    }

    /** The numbers of CPUs: N, ranges N-M, several with commas. */
    public static final class Cpus implements ITypeConverter<CpuList> {
        private static final int CPU_MAX = 1023;
        private static final String LEGAL = "like 2 or 2-5,8; 0-" + CPU_MAX + ", none twice";

        @Override
        public CpuList convert(String value) {
            Set<Integer> numbers = new LinkedHashSet<>();
            for (String part : value.split(",", -1)) {
                Matcher matcher = RANGE.matcher(part);
                boolean isLegal =
                        matcher.matches()
                                && first(matcher) <= last(matcher)
                                && last(matcher) <= CPU_MAX;
                if (isLegal) {
                    isLegal = addAll(numbers, first(matcher), last(matcher));
                }
                if (!isLegal) {
                    throw wrong(value, "a list of CPUs", LEGAL);
                }
            }
            return new CpuList(List.copyOf(numbers));
        }

        private static boolean addAll(Set<Integer> numbers, int first, int last) {
            int before = numbers.size();
            IntStream.rangeClosed(first, last).forEach(numbers::add);
            return numbers.size() == before + last - first + 1;
        }
    }

    private static int first(Matcher range) {
        return Integer.parseInt(range.group(1));
    }

    private static int last(Matcher range) {
        return range.group(2) == null ? first(range) : Integer.parseInt(range.group(2));
    }

    /** The descriptor of an inherited socket. */
    public static final class Descriptor implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            return number(value, 3, 1 << 20, "an inherited descriptor");
        }
    }

    /** A time span that an operator waits for: 5s, 500ms; a number alone is seconds. */
    public static final class TimeSpan implements ITypeConverter<Duration> {
        private static final Duration MIN = Duration.ofMillis(100);
        private static final Duration MAX = Duration.ofHours(1);

        @Override
        public Duration convert(String value) {
            Matcher matcher = TIME_SPAN.matcher(value);
            Duration span = Duration.ZERO;
            if (matcher.matches()) {
                long number = Long.parseLong(matcher.group(1));
                span =
                        matcher.group(2).equals("ms")
                                ? Duration.ofMillis(number)
                                : Duration.ofSeconds(number);
            }
            if (span.compareTo(MIN) < 0 || span.compareTo(MAX) > 0) {
                throw wrong(value, "a time span", "100ms-3600s, in ms or s");
            }
            return span;
        }
    }

    /** The name of a server, of a disk or of a NIC. */
    public static final class Name implements ITypeConverter<String> {
        @Override
        public String convert(String value) {
            return name(value, "a name");
        }
    }

    /** A path, made absolute: a daemon may not depend on the folder it was started in. */
    public static final class AbsolutePath implements ITypeConverter<Path> {
        @Override
        public Path convert(String value) {
            return path(value);
        }
    }

    /** A size in bytes. */
    public static final class Size implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            long size = ByteSize.parse(value);
            if (size <= 0) {
                throw wrong(value, "a size", ByteSize.LEGAL);
            }
            return size;
        }
    }

    /** What a disk is made of. */
    public static final class Backend implements ITypeConverter<BackendSpec> {
        @Override
        public BackendSpec convert(String value) {
            return backend(value);
        }
    }

    /** What a NIC is made of. */
    public static final class NicBackend implements ITypeConverter<NicSpec> {
        @Override
        public NicSpec convert(String value) {
            return nicBackend(value);
        }
    }

    /** NAME=BACKEND of a disk. */
    public static final class ExportedDisk implements ITypeConverter<NamedBackend> {
        @Override
        public NamedBackend convert(String value) {
            int equals = equalsSign(value, "a disk", "vm1=file:/srv/vm1.img");
            String name = name(value.substring(0, equals), "a name");
            return new NamedBackend(name, backend(value.substring(equals + 1)));
        }
    }

    /** NAME=BACKEND of a NIC. */
    public static final class ExportedNic implements ITypeConverter<NamedNic> {
        @Override
        public NamedNic convert(String value) {
            int equals = equalsSign(value, "a NIC", "vm1=tap:vm1,bridge=br0");
            String name = name(value.substring(0, equals), "a name");
            return new NamedNic(name, nicBackend(value.substring(equals + 1)));
        }
    }

    /** NAME[=SOCKET]. */
    public static final class Served implements ITypeConverter<NamedSocket> {
        @Override
        public NamedSocket convert(String value) {
            int equals = value.indexOf('=');
            if (equals < 0) {
                return new NamedSocket(name(value, "a name"), null);
            }
            String name = name(value.substring(0, equals), "a name");
            return new NamedSocket(name, path(value.substring(equals + 1)));
        }
    }
}
