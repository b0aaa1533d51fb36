// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendSpec.FileSpec;
import io.vrio.backends.block.BackendSpec.NullSpec;
import io.vrio.backends.block.BackendSpec.RamSpec;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BackendSpecTest {
    private static final String[] FRAGMENTS = {
        "file:",
        "ram:",
        "null:",
        "/a/b",
        ",",
        ",,",
        "=",
        "size=",
        "1G",
        "512",
        "K",
        "direct",
        "T",
        "readonly",
        "preallocate",
        "blocksize=",
        "4096",
        "serial=",
        "x",
        "\n",
        "\0",
        "-1",
        "é",
        ":"
    };

    private static String problem(String text) {
        return assertThrows(BackendException.class, () -> BackendSpec.parse(text)).getMessage();
    }

    @Test
    void shouldReadEveryOptionOfAFile() throws Exception {
        BackendSpec spec =
                BackendSpec.parse(
                        "file:/d/root.img,size=2G,direct,io=threads,preallocate,blocksize=4096"
                                + ",serial=R-1");
        DiskOptions options = new DiskOptions(false, 4096, "R-1");
        assertEquals(
                new FileSpec(
                        Path.of("/d/root.img"), 2L << 30, true, DirectIo.THREADS, true, options),
                spec);
    }

    @Test
    void shouldReadMemoryAndNothing() throws Exception {
        assertEquals(new RamSpec(64 << 20, DiskOptions.NONE), BackendSpec.parse("ram:64M"));
        DiskOptions readOnly = new DiskOptions(true, 0, "");
        assertEquals(new NullSpec(1L << 40, 0, readOnly), BackendSpec.parse("null:1T,readonly"));
    }

    @Test
    void shouldReadWhatARequestToNothingCosts() throws Exception {
        BackendSpec spec = BackendSpec.parse("null:1G,work=50");
        assertEquals(new NullSpec(1L << 30, 50, DiskOptions.NONE), spec);
        assertEquals("null:1G,work=50", spec.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null:1G,work", "null:1G,work=0", "null:1G,work=10001"})
    void shouldRefuseATimeThatNoServiceTakes(String text) {
        assertTrue(problem(text).endsWith("(legal: microseconds from 1 to 10000)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ram:1G,work=50", "file:/a,work=50"})
    void shouldRefuseWorkOfOtherBackends(String text) {
        assertTrue(problem(text).contains("unknown option 'work=50'"));
    }

    @Test
    void shouldReadADoubleCommaAsACommaOfThePath() throws Exception {
        BackendSpec spec = BackendSpec.parse("file:/a,,b,readonly");
        DiskOptions readOnly = new DiskOptions(true, 0, "");
        assertEquals(new FileSpec(Path.of("/a,b"), 0, false, DirectIo.ANY, false, readOnly), spec);
        assertEquals("file:/a,,b,readonly", spec.text());
    }

    @Test
    void shouldRefuseToChooseHowToBypassACacheThatIsUsed() {
        assertTrue(problem("file:/a,io=uring").endsWith("(legal: with 'direct')"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io", "io=", "io=aio", "io=URING"})
    void shouldRefuseOtherWaysToBypassTheCache(String option) {
        assertTrue(problem("file:/a,direct," + option).endsWith("(legal: io=uring or io=threads)"));
    }

    @Test
    void shouldMakeARelativePathAbsolute() throws Exception {
        FileSpec spec = (FileSpec) BackendSpec.parse("file:root.img");
        assertEquals(Path.of("root.img").toAbsolutePath(), spec.path());
    }

    @ParameterizedTest
    @CsvSource({"512,512", "1K,1024", "3m,3145728", "8G,8589934592", "2T,2199023255552"})
    void shouldReadSizesWithAndWithoutUnit(String text, long bytes) throws Exception {
        assertEquals(bytes, BackendSpec.parse("ram:" + text).size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "513",
                "-512",
                "",
                "K",
                "1Q",
                "1 G",
                "0x200",
                "99999999T",
                "1KK",
                "9223372036854775808"
            })
    void shouldRefuseWhatIsNotASize(String text) {
        assertTrue(problem("ram:" + text).contains("is not the size of a disk"));
    }

    @Test
    void shouldTellWhatIsWrongAndWhatIsLegal() {
        assertEquals(
                "backend 'file:/x,blocksize=1000': blocksize: '1000' is not a block size"
                        + " (legal: a power of two from 512 to 65536)",
                problem("file:/x,blocksize=1000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/path",
                "nfs:/x",
                "file:",
                "file:/x,",
                "file:/x,siez=1G",
                "file:/x,size",
                "file:/x,direct=yes",
                "file:/x,direct,direct",
                "file:/x,readonly,preallocate",
                "file:/x,size=1536,blocksize=1024",
                "file:/x,serial=has space",
                "file:/x,serial=123456789012345678901",
                "ram:1G,direct",
                "ram:1G,size=1G",
                "file:/x\0y"
            })
    void shouldRefuseInOneLine(String text) {
        String problem = problem(text);
        assertTrue(problem.startsWith("backend '"), problem);
        assertTrue(problem.contains("(legal: "), problem);
        assertFalse(problem.contains("\n"), problem);
    }

    @Test
    void shouldKeepTheMessageShortWhenTheTextIsLong() {
        assertTrue(problem("x".repeat(100_000)).length() < 600);
    }

    @Test
    void shouldReadItsOwnTextBackOrRefuseInOneLine() {
        long seed = Long.getLong("vrio.seed", 1);
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String text = randomText(random);
            assertEquals("", faultOf(text), "seed " + seed + " text " + text);
        }
    }

    private static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
        }
        return text.toString();
    }

    private static String faultOf(String text) {
        try {
            BackendSpec spec = BackendSpec.parse(text);
            return BackendSpec.parse(spec.text()).equals(spec) ? "" : "reads back otherwise";
        } catch (BackendException e) {
            return e.getMessage().indexOf('\n') < 0 ? "" : "more than one line";
        }
    }
}
