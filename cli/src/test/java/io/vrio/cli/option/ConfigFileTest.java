// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vrio.cli.CommandRun;
import io.vrio.cli.Surroundings;
import io.vrio.cli.TestStop;
import io.vrio.cli.Vrio;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line written down: what becomes of a file, and how a wrong one is reported. */
class ConfigFileTest {
    @TempDir private Path folder;

    @Test
    void shouldBecomeTheSameCommandLine() throws Exception {
        Path file =
                write(
                        """
                        interface: eth1
                        address: 10.0.0.2
                        port: 9000
                        disk:
                          - vm1=file:/srv/vm1.img,size=20G
                          - "vm2=ram:1G"
                        nic:
                          - vm1-net=tap:vm1,bridge=br0
                        insecure: true
                        """);

        assertEquals(
                List.of(
                        "iohyp",
                        "--interface=eth1",
                        "--address=10.0.0.2",
                        "--port=9000",
                        "--disk=vm1=file:/srv/vm1.img,size=20G",
                        "--disk=vm2=ram:1G",
                        "--nic=vm1-net=tap:vm1,bridge=br0",
                        "--insecure",
                        "--config",
                        file.toString()),
                expand("iohyp", "--config", file.toString()));
    }

    @Test
    void shouldTakeIpv6Addresses() throws Exception {
        Path file = write("address: fe80::1%eth1\npeer: \"[fd00::2]:8746\"\n");

        assertEquals(
                List.of(
                        "server",
                        "--address=fe80::1%eth1",
                        "--peer=[fd00::2]:8746",
                        "--config=" + file),
                expand("server", "--config=" + file));
    }

    @Test
    void shouldTellThatBracketsNeedQuotes() throws Exception {
        Path file = write("interface: eth0\npeer: [fd00::2]:8746\n");

        String line = CommandRun.of("server", "--config", file.toString()).onlyError(2);

        assertTrue(line.startsWith("vrio server: " + file + ":2: "), line);
    }

    @Test
    void shouldLetTheCommandLineWin() throws Exception {
        Path file = write("port: 9000\nmtu: 1500\n");

        assertEquals(
                List.of("iohyp", "--mtu=1500", "--config=" + file, "--port=8000"),
                expand("iohyp", "--config=" + file, "--port=8000"));
    }

    @Test
    void shouldAddUpWhatMayBeRepeated() throws Exception {
        Path file = write("disk: a=ram:1M\n");

        assertEquals(
                List.of("iohyp", "--disk=a=ram:1M", "--config=" + file, "--disk", "b=ram:1M"),
                expand("iohyp", "--config=" + file, "--disk", "b=ram:1M"));
    }

    @Test
    void shouldLeaveOutAFlagThatIsFalse() throws Exception {
        Path file = write("insecure: false\n");

        assertEquals(List.of("server", "--config=" + file), expand("server", "--config=" + file));
    }

    @Test
    void shouldTakeAFileOfCommentsAlone() throws Exception {
        Path file = write("# nothing yet\n");

        assertEquals(List.of("server", "--config=" + file), expand("server", "--config=" + file));
    }

    @Test
    void shouldNameUnknownKeysWithTheirLine() throws Exception {
        Path file = write("port: 9000\n\nprot: 9000\n");

        String line = CommandRun.of("iohyp", "--config", file.toString()).onlyError(2);

        assertTrue(
                line.startsWith(
                        "vrio iohyp: " + file + ":3: unknown key 'prot' (legal: address, control,"),
                line);
    }

    @Test
    void shouldNameWrongValuesWithTheirLine() throws Exception {
        Path file = write("interface: eth0\nport: 0\n");

        assertEquals(
                "vrio iohyp: " + file + ":2: 'port': '0' is not a port (legal: 1-65535)",
                CommandRun.of("iohyp", "--config", file.toString()).onlyError(2));
    }

    @Test
    void shouldNameAWrongNicWithItsLine() throws Exception {
        Path file = write("interface: eth0\nnic:\n  - vm1=switch:lan,vlan=0\n");

        String line = CommandRun.of("iohyp", "--config", file.toString()).onlyError(2);

        assertTrue(line.startsWith("vrio iohyp: " + file + ":2: 'nic': NIC "), line);
        assertTrue(line.endsWith("vlan: '0' is out of range (legal: 1 to 4094)"), line);
    }

    @Test
    void shouldReportAWrongValueAlsoWhereTheCommandLineWins() throws Exception {
        Path file = write("port: 0\n");

        assertEquals(
                "vrio iohyp: " + file + ":1: 'port': '0' is not a port (legal: 1-65535)",
                CommandRun.of("iohyp", "--config", file.toString(), "--port", "1").onlyError(2));
    }

    @Test
    void shouldWantTrueOrFalseForAFlag() throws Exception {
        Path file = write("insecure: yes please\n");

        assertEquals(
                file + ":1: 'insecure' needs true or false, not a text", reason("iohyp", file));
    }

    @Test
    void shouldWantOneValueWhereOneIsLegal() throws Exception {
        Path file = write("port:\n  - 1\n  - 2\n");

        assertEquals(file + ":1: 'port' needs one value, not a list", reason("iohyp", file));
    }

    @Test
    void shouldWantTextsInAList() throws Exception {
        Path file = write("disk:\n  - vm1: ram:1M\n");

        assertEquals(
                file + ":1: 'disk' needs a list of texts, not a nested mapping or list",
                reason("iohyp", file));
    }

    @Test
    void shouldWantAValue() throws Exception {
        Path file = write("interface:\n");

        assertEquals(file + ":1: 'interface' needs one value, not nothing", reason("iohyp", file));
    }

    @Test
    void shouldRefuseAKeyThatStandsTwice() throws Exception {
        Path file = write("port: 1\nmtu: 1500\nport: 2\n");

        assertEquals(file + ":3: 'port' stands in line 1 already", reason("iohyp", file));
    }

    @Test
    void shouldRefuseAnythingButAMapping() throws Exception {
        Path file = write("- port\n");

        assertEquals(file + ":1: must consist of 'key: value' lines", reason("iohyp", file));
    }

    @Test
    void shouldRefuseASecondDocument() throws Exception {
        Path file = write("port: 1\n---\nport: 2\n");

        assertEquals(file + ":3: has a second document; one is legal", reason("iohyp", file));
    }

    @Test
    void shouldNameTheLineWhereItIsNotYaml() throws Exception {
        Path file = write("port: 1\n  mtu: [\n");

        String line = reason("iohyp", file);

        assertTrue(line.startsWith(file + ":2: not YAML: "), line);
    }

    @Test
    void shouldNotIncludeFurtherFiles() throws Exception {
        Path file = write("config: other.yaml\n");

        assertTrue(reason("server", file).startsWith(file + ":1: unknown key 'config' (legal: "));
    }

    @Test
    void shouldSayThatThereIsNoSuchFile() {
        Path file = folder.resolve("nothing.yaml");

        assertEquals("--config: there is no file " + file, reason("server", file));
    }

    @Test
    void shouldRefuseWhatIsNoText() throws Exception {
        Path file = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xFF, 0x20});

        assertEquals("--config: " + file + " is not a text in UTF-8", reason("server", file));
    }

    @Test
    void shouldRefuseFilesThatAreTooLarge() throws Exception {
        Path file = Files.write(folder.resolve("large"), new byte[(1 << 20) + 1]);

        assertEquals("--config: " + file + " is larger than 1048576 bytes", reason("server", file));
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("vrio.yaml"), text);
    }

    private static List<String> expand(String... arguments) throws OptionException {
        Surroundings nowhere = new Surroundings(System.out, System.err, Map.of(), new TestStop());
        return List.of(ConfigFile.expand(Vrio.commandLine(nowhere), arguments));
    }

    private static String reason(String command, Path file) {
        return assertThrows(
                        OptionException.class, () -> expand(command, "--config", file.toString()))
                .getMessage();
    }
}
