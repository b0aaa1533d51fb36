// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class PrinterTest {
    private static String printed(String json) throws JsonProcessingException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, UTF_8);
        new Printer(out, OutputFormat.TABLE).object(new ObjectMapper().readTree(json));
        return bytes.toString(UTF_8);
    }

    @Test
    void shouldPrintALineForEachField() throws JsonProcessingException {
        assertEquals(
                """
                disks      3
                frames     7
                addresses  []
                """,
                printed(
                        """
                        {"disks": 3, "counters": {"frames": 7}, "addresses": []}"""));
    }

    @Test
    void shouldPrintAListOfObjectsAsATableBelow() throws JsonProcessingException {
        assertEquals(
                """
                daemon  server
                link    packet

                WORKER  CPU  BUSY PERCENT
                     0  any            95
                     1  7               0
                """,
                printed(
                        """
                        {"daemon": "server",
                         "workers": [{"worker": 0, "cpu": "any", "busyPercent": 95},
                                     {"worker": 1, "cpu": "7", "busyPercent": 0}],
                         "link": "packet"}"""));
    }
}
