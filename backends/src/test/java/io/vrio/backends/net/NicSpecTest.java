// SPDX-License-Identifier: Apache-2.0
package io.vrio.backends.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.net.NicSpec.MacvtapSpec;
import io.vrio.backends.net.NicSpec.RawSpec;
import io.vrio.backends.net.NicSpec.SwitchSpec;
import io.vrio.backends.net.NicSpec.TapSpec;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NicSpecTest {
    private static final String[] FRAGMENTS = {
        "tap:",
        "macvtap:",
        "raw:",
        "switch:",
        "vm1",
        "a-name-of-16-byt",
        ",",
        "bridge=",
        "br0",
        "vlan=",
        "trunk=",
        "1",
        "4094",
        "4095",
        "+",
        "-",
        "mac=52:54:00:00:00:01",
        "mtu=",
        "1500",
        "spoof",
        "\n",
        "\0",
        "é",
        "%d"
    };

    private static String problem(String text) {
        return assertThrows(BackendException.class, () -> NicSpec.parse(text)).getMessage();
    }

    @Test
    void shouldReadEveryOptionOfATap() throws Exception {
        NicSpec spec = NicSpec.parse("tap:vm1,bridge=br0,mac=52:54:00:12:34:56,mtu=9000,spoof");
        NicOptions options = new NicOptions(0x5254_0012_3456L, 9000, true);
        assertEquals(new TapSpec("vm1", "br0", options), spec);
        assertEquals("tap:vm1,bridge=br0,mac=52:54:00:12:34:56,mtu=9000,spoof", spec.text());
    }

    @Test
    void shouldReadTheOtherInterfaces() throws Exception {
        assertEquals(new MacvtapSpec("eth0", NicOptions.NONE), NicSpec.parse("macvtap:eth0"));
        assertEquals(new RawSpec("enp3s0f1", NicOptions.NONE), NicSpec.parse("raw:enp3s0f1"));
    }

    @Test
    void shouldPutASilentPortIntoTheFirstVlan() throws Exception {
        NicSpec spec = NicSpec.parse("switch:lan");
        assertEquals(new SwitchSpec("lan", 1, List.of(), NicOptions.NONE), spec);
        assertEquals("switch:lan", spec.text());
    }

    @Test
    void shouldReadATrunkInOneForm() throws Exception {
        NicSpec spec = NicSpec.parse("switch:lan,trunk=30+10-12+13+12-20");
        List<VlanRange> ranges = List.of(new VlanRange(10, 20), new VlanRange(30, 30));
        assertEquals(new SwitchSpec("lan", 0, ranges, NicOptions.NONE), spec);
        assertEquals("switch:lan,trunk=10-20+30", spec.text());
    }

    @Test
    void shouldReadATrunkWithAVlanForFramesWithoutATag() throws Exception {
        SwitchSpec spec = (SwitchSpec) NicSpec.parse("switch:lan,vlan=1,trunk=1-4094");
        assertEquals(1, spec.vlan());
        assertEquals(List.of(new VlanRange(1, 4094)), spec.trunk());
    }

    @Test
    void shouldTellThatANameIsTooLong() {
        assertEquals(
                "NIC 'tap:a-name-of-16-byt': the name of the tap is too long: 'a-name-of-16-byt'"
                        + " (legal: at most 15 bytes)",
                problem("tap:a-name-of-16-byt"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vm1",
                "veth:vm1",
                "tap:",
                "tap:a b",
                "tap:a/b",
                "tap:..",
                "tap:vm%d",
                "tap:vm1,",
                "tap:vm1,bridge",
                "tap:vm1,bridge=",
                "tap:vm1,bridge=a-name-of-16-byt",
                "tap:vm1,vlan=3",
                "tap:vm1,spoof=yes",
                "tap:vm1,spoof,spoof",
                "tap:vm1,mtu=67",
                "tap:vm1,mtu=65536",
                "tap:vm1,mtu=99999999999",
                "tap:vm1,mac=01:00:5e:00:00:01",
                "tap:vm1,mac=00:00:00:00:00:00",
                "tap:vm1,mac=5254.0012.3456",
                "tap:vm1,mac",
                "macvtap:eth0,bridge=br0",
                "raw:é123456789012345",
                "switch:",
                "switch:a:b",
                "switch:lan,vlan=0",
                "switch:lan,vlan=4095",
                "switch:lan,trunk=",
                "switch:lan,trunk=5-3",
                "switch:lan,trunk=1-2-3",
                "switch:lan,trunk=1++2"
            })
    void shouldRefuseInOneLine(String text) {
        String problem = problem(text);
        assertTrue(problem.startsWith("NIC '"), problem);
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
            NicSpec spec = NicSpec.parse(text);
            return NicSpec.parse(spec.text()).equals(spec) ? "" : "reads back otherwise";
        } catch (BackendException e) {
            return e.getMessage().indexOf('\n') < 0 ? "" : "more than one line";
        }
    }
}
