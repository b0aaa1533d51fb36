// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;

/** What both ends of a control socket agree on. */
public final class ControlProtocol {
    /** Grows when a client of the old kind would misunderstand a daemon of the new kind. */
    public static final int VERSION = 1;

    public static final Path SERVER_SOCKET = Path.of("/run/vrio/server.control");
    public static final Path IOHYP_SOCKET = Path.of("/run/vrio/iohyp.control");

    /**
     * Limit: bytes of a request with its line end, a domain XML in it; then the daemon hangs up.
     */
    public static final int REQUEST_LENGTH_MAX = 2 << 20;

    /** Limit: bytes of an answer; a longer one becomes an error. */
    public static final int ANSWER_LENGTH_MAX = 8 << 20;

    /** Limit: levels of JSON in JSON. */
    private static final int NESTING_MAX = 16;

    private ControlProtocol() {}

    /** Reads and writes one JSON value in a line. */
    static ObjectMapper mapper() {
        StreamReadConstraints limits =
                StreamReadConstraints.builder().maxNestingDepth(NESTING_MAX).build();
        return JsonMapper.builder(JsonFactory.builder().streamReadConstraints(limits).build())
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }
}
