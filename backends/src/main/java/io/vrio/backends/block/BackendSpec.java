// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import java.nio.file.Path;

/** What a disk is made of, as the operator wrote it and as it is kept in the state directory. */
public sealed interface BackendSpec {
    /** For error messages and help texts. */
    String LEGAL =
            "file:PATH[,size=SIZE][,direct[,io=IO]][,preallocate], ram:SIZE or"
                    + " null:SIZE[,work=US], each with"
                    + " [,readonly][,blocksize=N][,serial=S]";

    DiskOptions options();

    /** The text that {@link #parse} reads back as an equal specification. */
    String text();

    /** Bytes that the operator said, a multiple of 512; 0 when not said. */
    long size();

    /** The same with another size. */
    BackendSpec resized(long newSize);

    /**
     * @throws BackendException with one line that tells what is wrong and what is legal
     */
    static BackendSpec parse(String text) throws BackendException {
        return new BackendSpecParser(text).parse();
    }

    /**
     * A regular file or a block device.
     *
     * @param path absolute
     * @param isDirect bypasses the page cache (O_DIRECT)
     * @param io who executes requests that bypass it
     * @param isPreallocated all space is reserved in the file system before the disk is used
     */
    record FileSpec(
            Path path,
            long size,
            boolean isDirect,
            DirectIo io,
            boolean isPreallocated,
            DiskOptions options)
            implements BackendSpec {
        @Override
        public String text() {
            return "file:"
                    + BackendSpecParser.escape(path.toString())
                    + (size == 0 ? "" : ",size=" + ByteSize.format(size))
                    + (isDirect ? ",direct" : "")
                    + io.option()
                    + (isPreallocated ? ",preallocate" : "")
                    + options.text();
        }

        @Override
        public FileSpec resized(long newSize) {
            return new FileSpec(path, newSize, isDirect, io, isPreallocated, options);
        }
    }

    /** Memory of this process; forgotten when the disk is closed. */
    record RamSpec(long size, DiskOptions options) implements BackendSpec {
        @Override
        public String text() {
            return "ram:" + ByteSize.format(size) + options.text();
        }

        @Override
        public RamSpec resized(long newSize) {
            return new RamSpec(newSize, options);
        }
    }

    /**
     * Nothing: writes are dropped, reads return zeroes. For measurements.
     *
     * @param workUs microseconds of CPU time that each read and write costs, as services would
     */
    record NullSpec(long size, int workUs, DiskOptions options) implements BackendSpec {
        @Override
        public String text() {
            String work = workUs == 0 ? "" : ",work=" + workUs;
            return "null:" + ByteSize.format(size) + work + options.text();
        }

        @Override
        public NullSpec resized(long newSize) {
            return new NullSpec(newSize, workUs, options);
        }
    }
}
