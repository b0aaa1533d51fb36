// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Wrong command lines: one line each, that names the option and what is legal. */
class CommandLineTest {
    private static final String IOHYP = "iohyp --interface eth0 --address 10.0.0.2 ";
    private static final String SERVER = "server --interface eth0 --address 10.0.0.1 ";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--port 0 | '--port': '0' is not a port (legal: 1-65535)",
                "--port 65536 | '--port': '65536' is not a port (legal: 1-65535)",
                "--port 99999999999 | '--port': '99999999999' is not a port (legal: 1-65535)",
                "--mtu 1279 | '--mtu': '1279' is not an MTU in bytes (legal: 1280-65535)",
                "--spin-us 1001 |"
                        + " '--spin-us': '1001' is not a time in microseconds (legal: 0-1000)",
                "--cpus 3-2 | '--cpus': '3-2' is not a list of CPUs"
                        + " (legal: like 2 or 2-5,8; 0-1023, none twice)",
                "--cpus 1-3,2 | '--cpus': '1-3,2' is not a list of CPUs"
                        + " (legal: like 2 or 2-5,8; 0-1023, none twice)",
                "--workers 0 | '--workers': '0' is not a number of workers"
                        + " (legal: N or MIN-MAX, 1-64)",
                "--workers 4-2 | '--workers': '4-2' is not a number of workers"
                        + " (legal: N or MIN-MAX, 1-64)",
                "--peer-timeout 5h |"
                        + " '--peer-timeout': '5h' is not a time span (legal: 100ms-3600s, in ms or s)",
                "--peer-timeout 99ms |"
                        + " '--peer-timeout': '99ms' is not a time span (legal: 100ms-3600s, in ms or s)",
                "--log-level loud | '--log-level': 'loud' is not a log level"
                        + " (legal: error, warn, info, debug, trace)",
            })
    void shouldNameTheOptionAndTheLegalRange(String options, String line) {
        CommandRun run = CommandRun.of((IOHYP + options).split(" "));

        assertEquals("vrio iohyp: Invalid value for option " + line, run.onlyError(2));
    }

    @Test
    void shouldWantOneCpuForEachWorker() {
        CommandRun run = CommandRun.of((IOHYP + "--insecure --workers 1-3 --cpu 5,1").split(" "));

        assertEquals(
                "vrio iohyp: there may be 3 workers, and --cpus names 2 CPUs: name one for each",
                run.onlyError(2));
    }

    @Test
    void shouldNameWhatAnAddressIs() {
        CommandRun run = CommandRun.of("server", "--peer", "iohost");

        assertEquals(
                "vrio server: Invalid value for option '--peer': 'iohost' is not an IP address"
                        + " (legal: a.b.c.d, fd00::1, fe80::1%eth0; names are not looked up)",
                run.onlyError(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fd00::1 | fd00::2:3:x | Invalid value for option '--peer': 'fd00::2:3:x' is not an IP"
                        + " address (legal: a.b.c.d, fd00::1, fe80::1%eth0; names are not looked up)",
                "fd00::1 | [fd00::2]:0 | Invalid value for option '--peer': '0' is not a port (legal:"
                        + " 1-65535)",
                "fd00::1 | [10.0.0.2]:9 | Invalid value for option '--peer': '[10.0.0.2]' is not an IP"
                        + " address (legal: a.b.c.d, fd00::1, fe80::1%eth0; names are not looked up)",
                "fd00::1%eth0 | fd00::2 | Invalid value for option '--address': 'fd00::1%eth0' is not"
                        + " an IP address (legal: a.b.c.d, fd00::1, fe80::1%eth0; names are not looked"
                        + " up)",
                "10.0.0.1 | fd00::2 | --address 10.0.0.1 is IPv4, but --peer fd00::2 is IPv6; give two"
                        + " of the same",
                "fd00::1 | 10.0.0.2 | --address fd00::1 is IPv6, but --peer 10.0.0.2 is IPv4; give two"
                        + " of the same",
                "fe80::1%eth1 | fe80::2 | --address fe80::1%eth1 is not on --interface eth0; name that"
                        + " one, or none",
                "fe80::1%eth0 | [fe80::2%eth1]:9 | --peer fe80::2%eth1 is not on --interface eth0; name"
                        + " that one, or none",
            })
    void shouldTellWhichAddressesDoNotGoTogether(String address, String peer, String line) {
        CommandRun run =
                CommandRun.of(
                        "server",
                        "--interface",
                        "eth0",
                        "--insecure",
                        "--address",
                        address,
                        "--peer",
                        peer);

        assertEquals("vrio server: " + line, run.onlyError(2));
    }

    @Test
    void shouldNameWhatADiskOfTheIohypIs() {
        CommandRun run = CommandRun.of((IOHYP + "--insecure --disk vm1").split(" "));

        assertTrue(
                run.onlyError(2).contains("(legal: NAME=BACKEND, for example vm1=file:/srv/"),
                run.toString());
    }

    @Test
    void shouldRefuseABackendThatIsNone() {
        CommandRun run = CommandRun.of((IOHYP + "--insecure --disk vm1=tape:0").split(" "));

        assertTrue(
                run.onlyError(2).contains("unknown kind of backend 'tape' (legal: file:PATH"),
                run.toString());
    }

    @Test
    void shouldRefuseTwoDisksOfOneName() {
        CommandRun run =
                CommandRun.of((SERVER + "--peer 1.2.3.4 --insecure --disk a --disk a").split(" "));

        assertEquals(
                "vrio server: --disk: 'a' is given twice; names must differ", run.onlyError(2));
    }

    @Test
    void shouldNameWhatIsMissing() {
        CommandRun run = CommandRun.of("server", "--interface", "eth0", "--insecure");

        assertEquals(
                "vrio server: Missing required options: '--address=ADDR', '--peer=ADDR[:N]'",
                run.onlyError(2));
    }

    @Test
    void shouldRefuseUnknownOptions() {
        CommandRun run = CommandRun.of((SERVER + "--peer 1.2.3.4 --insecure --fast").split(" "));

        assertEquals(
                "vrio server: Unknown option: '--fast' (see vrio server --help)", run.onlyError(2));
    }

    @Test
    void shouldRefuseUnknownCommandsAndVerbs() {
        assertEquals(
                "vrio: There is no 'serve' here (see vrio --help)",
                CommandRun.of("serve").onlyError(2));
        assertEquals(
                "vrio disk: There is no 'make' here (see vrio disk --help)",
                CommandRun.of("disk", "make").onlyError(2));
    }

    @Test
    void shouldRefuseAnOptionGivenTwice() {
        CommandRun run = CommandRun.of("iohyp", "--port", "1", "--port", "2");

        assertEquals(
                "vrio iohyp: option '--port' (N) should be specified only once", run.onlyError(2));
    }

    @Test
    void shouldSayThatThereIsNoKey() {
        CommandRun run = CommandRun.of((IOHYP + "--key-file /nowhere/keys").split(" "));

        assertEquals(
                "vrio iohyp: --key-file: key file /nowhere/keys: no such file", run.onlyError(2));
    }

    @Test
    void shouldRefuseAKeyThatOthersMayRead(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), "00");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        CommandRun run = CommandRun.of((SERVER + "--peer 1.2.3.4 --key-file " + file).split(" "));

        assertEquals(
                "vrio server: --key-file: key file "
                        + file
                        + " is open to others (rw-r-----): chmod 600 "
                        + file,
                run.onlyError(2));
    }

    @Test
    void shouldMakeAKeyOnce(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("key");
        assertEquals(0, CommandRun.of("key", "create", file.toString()).status());

        assertTrue(Files.readString(file).matches("[0-9a-f]{64}\n"));
        assertEquals(
                PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
        assertEquals(
                "vrio key create: key file " + file + " exists already",
                CommandRun.of("key", "create", file.toString()).onlyError(1));
    }

    @Test
    void shouldWantADecisionAboutSecurity() {
        CommandRun run = CommandRun.of(IOHYP.split(" "));

        assertEquals(
                "vrio iohyp: Missing --key-file FILE (vrio key create makes one), or --insecure if"
                        + " you trust the network",
                run.onlyError(2));
    }

    @Test
    void shouldNotTakeBothDecisionsAboutSecurity() {
        CommandRun run = CommandRun.of((IOHYP + "--key-file k --insecure").split(" "));

        assertEquals(
                "vrio iohyp: --key-file and --insecure exclude each other; give one",
                run.onlyError(2));
    }

    @Test
    void shouldNameWhatANicOfTheIohypIs() {
        CommandRun run = CommandRun.of((IOHYP + "--insecure --nic vm1").split(" "));

        assertEquals(
                "vrio iohyp: Invalid value for option '--nic' (NAME=BACKEND): 'vm1' is not a NIC"
                        + " (legal: NAME=BACKEND, for example vm1=tap:vm1,bridge=br0)",
                run.onlyError(2));
    }

    @Test
    void shouldRefuseANicThatIsNone() {
        CommandRun run = CommandRun.of((IOHYP + "--insecure --nic vm1=ram:1G").split(" "));

        assertTrue(
                run.onlyError(2).contains("unknown kind of NIC 'ram' (legal: tap:IFNAME"),
                run.toString());
    }

    @Test
    void shouldRefuseTwoNicsOfOneName() {
        CommandRun run =
                CommandRun.of((IOHYP + "--insecure --nic a=tap:a --nic a=tap:b").split(" "));

        assertEquals("vrio iohyp: --nic: 'a' is given twice; names must differ", run.onlyError(2));
    }

    @Test
    void shouldNotLetADiskAndANicShareASocket() {
        String devices = "--peer 1.2.3.4 --insecure --socket-dir /s --disk a --nic a";
        CommandRun run = CommandRun.of((SERVER + devices).split(" "));

        assertEquals(
                "vrio server: NIC a would share socket /s/a.sock with disk a: name another SOCKET"
                        + " for one of them",
                run.onlyError(2));
    }

    @Test
    void shouldWantOneWayToTheFrontend() {
        CommandRun none = CommandRun.of("local", "--blk-file", "a.img");
        CommandRun both =
                CommandRun.of("local", "--blk-file", "a", "--fd", "3", "--socket-path", "s");

        String line = "vrio local: give either --socket-path SOCKET or --fd N";
        assertEquals(List.of(line, line), List.of(none.onlyError(2), both.onlyError(2)));
    }

    @Test
    void shouldWantOneDisk() {
        CommandRun run = CommandRun.of("local", "--socket-path", "s");

        assertEquals(
                "vrio local: give one of --blk-file FILE, --backend BACKEND and --nic BACKEND",
                run.onlyError(2));
    }

    @Test
    void shouldServeADiskOrANic() {
        String[] arguments = "local --socket-path s --nic tap:a --blk-file a.img".split(" ");

        assertEquals(
                "vrio local: --nic excludes the options of disks; give one of both",
                CommandRun.of(arguments).onlyError(2));
    }

    @Test
    void shouldWantANicWhereItsTypeIsNamed() {
        CommandRun run = CommandRun.of("local", "--type=net", "--socket-path=s", "--blk-file=a");

        assertEquals("vrio local: --type net needs --nic BACKEND", run.onlyError(2));
    }

    @Test
    void shouldRefuseASwitchThatNobodyElseIsOn() {
        CommandRun run = CommandRun.of("local", "--socket-path", "s", "--nic", "switch:lan");

        assertEquals(
                "vrio local: --nic: a switch is inside of vrio iohyp; legal here are tap, macvtap"
                        + " and raw",
                run.onlyError(2));
    }

    @Test
    void shouldNotTakeStandardStreamsForAnInheritedSocket() {
        CommandRun run = CommandRun.of("local", "--fd", "0", "--blk-file", "a");

        assertEquals(
                "vrio local: Invalid value for option '--fd': '0' is not an inherited descriptor"
                        + " (legal: 3-1048576)",
                run.onlyError(2));
    }

    @Test
    void shouldTakeAValueAfterASpaceOrAnEqualsSign() {
        CommandRun spaced = CommandRun.of("local", "--blk-file", "/no/a", "--fd", "0");
        CommandRun joined = CommandRun.of("local", "--blk-file=/no/a", "--fd=0");

        assertEquals(spaced, joined);
    }

    @Test
    void shouldPrintCapabilitiesAloneAndIgnoreAllElse() throws Exception {
        CommandRun run = CommandRun.of("local", "--fd", "wrong", "--print-capabilities", "--no");

        assertEquals(0, run.status());
        assertEquals(List.of(), run.err());
        assertEquals(
                "{\"type\":\"block\",\"features\":[\"read-only\",\"blk-file\"]}",
                new ObjectMapper().readTree(String.join("\n", run.out())).toString());
    }

    @Test
    void shouldPrintTheCapabilitiesOfTheProgramThatItIs() {
        CommandRun joined = CommandRun.of("local", "--print-capabilities", "--type=net");
        CommandRun spaced = CommandRun.of("local", "--type", "net", "--print-capabilities");

        assertEquals(List.of("{\"type\": \"net\"}"), joined.out());
        assertEquals(joined, spaced);
    }

    @Test
    void shouldListTheCommandsWhenNoneIsGiven() {
        assertEquals(
                "vrio: Missing command: one of iohyp, server, local, disk, nic, domain, peer,"
                        + " key, status, completion (see vrio --help)",
                CommandRun.of().onlyError(2));
    }

    @Test
    void shouldListTheVerbsWhenNoneIsGiven() {
        assertEquals(
                "vrio disk: Missing verb: one of attach, create, delete, detach, list, move, resize, retry, show, stats, xml",
                CommandRun.of("disk").onlyError(2));
        assertEquals(
                "vrio nic: Missing verb: one of attach, create, delete, detach, list, retry, set-link, show, stats, xml",
                CommandRun.of("nic").onlyError(2));
    }

    @Test
    void shouldRefuseSizesThatAreNone() {
        assertEquals(
                "vrio disk resize: Invalid value for positional parameter at index 1 (SIZE):"
                        + " 'much' is not a size (legal: a number of bytes, or a number with K, M,"
                        + " G or T)",
                CommandRun.of("disk", "resize", "vm1", "much").onlyError(2));
    }

    @Test
    void shouldPrintItsVersion() {
        CommandRun run = CommandRun.of("--version");

        assertEquals(0, run.status());
        assertTrue(run.out().get(0).matches("vrio [0-9]+\\.[0-9]+\\.[0-9]+.*"), run.toString());
    }

    @Test
    void shouldHelpWithEveryOptionOfACommand() {
        CommandRun run = CommandRun.of("disk", "create", "--help");

        assertEquals(0, run.status());
        assertTrue(run.out().get(0).startsWith("Usage: vrio disk create "), run.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "disk, 'All disks, a line each.'",
        "nic, 'All NICs, a line each.'",
    })
    void shouldHelpInTheWordsOfTheNoun(String noun, String line) {
        CommandRun run = CommandRun.of(noun, "list", "--help");

        assertTrue(run.out().contains(line), run.toString());
    }

    @ParameterizedTest
    @CsvSource({"disk", "nic"})
    void shouldHaveAWordForEachPlaceInTheTextsOfVerbs(String noun) {
        CommandLine verbs = commandLine().getSubcommands().get(noun);

        // Picocli puts in "null" where there is no word.
        assertEquals(
                List.of(),
                verbs.getSubcommands().entrySet().stream()
                        .filter(verb -> verb.getValue().getUsageMessage().contains("null"))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private static CommandLine commandLine() {
        return Vrio.commandLine(new Surroundings(System.out, System.err, Map.of(), new TestStop()));
    }

    @Test
    void shouldGenerateAScriptForCompletion() {
        CommandRun run = CommandRun.of("completion");

        assertEquals(0, run.status());
        assertFalse(run.out().stream().noneMatch(line -> line.contains("_complete_vrio")));
        assertTrue(run.out().stream().anyMatch(line -> line.contains("--socket-path")));
    }
}
