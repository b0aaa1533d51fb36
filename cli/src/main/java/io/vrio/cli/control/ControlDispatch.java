// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the bytes of a request to the bytes of its answer, by a table of commands. */
final class ControlDispatch {
    private static final Logger LOG = LoggerFactory.getLogger(ControlDispatch.class);

    private final ObjectMapper mapper = ControlProtocol.mapper();
    private final Map<String, ControlCommand> commands;

    ControlDispatch(Map<String, ControlCommand> commands) {
        this.commands = new TreeMap<>(commands);
    }

    /** The answer, without its line end, to a request without its line end. Never throws. */
    byte[] answer(byte[] request) {
        try {
            byte[] answer = mapper.writeValueAsBytes(Map.of("result", execute(request)));
            if (answer.length < ControlProtocol.ANSWER_LENGTH_MAX) {
                return answer;
            }
            return error("the answer is longer than " + ControlProtocol.ANSWER_LENGTH_MAX);
        } catch (ControlException e) {
            return error(e.getMessage());
        } catch (RuntimeException | IOException e) {
            LOG.error("control request failed: a fault of this program", e);
            return error("a fault of this program; its log tells more: " + e);
        }
    }

    private Object execute(byte[] request) throws ControlException {
        JsonNode root = parse(request);
        if (!(root instanceof ObjectNode fields)) {
            throw new ControlException("a request is an object: {\"command\": \"status\"}");
        }
        ControlArguments envelope = new ControlArguments(fields);
        JsonNode inner = fields.remove("arguments");
        ControlCommand command = command(envelope.text("command"));
        envelope.end();
        if (inner != null && !inner.isObject()) {
            throw new ControlException("'arguments' must be an object");
        }
        ObjectNode arguments = inner == null ? mapper.createObjectNode() : (ObjectNode) inner;
        return command.answer(new ControlArguments(arguments));
    }

    private JsonNode parse(byte[] request) throws ControlException {
        try {
            return mapper.readTree(request);
        } catch (JsonProcessingException e) {
            throw new ControlException("the request is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ControlException("the request is not a text in UTF-8", e);
        }
    }

    private ControlCommand command(String name) throws ControlException {
        ControlCommand command = commands.get(name);
        if (command == null) {
            throw new ControlException(
                    "this daemon does not know '"
                            + name.replaceAll("\\p{Cntrl}", "?")
                            + "', but: "
                            + String.join(", ", commands.keySet()));
        }
        return command;
    }

    byte[] error(String message) {
        try {
            String line = message.replaceAll("\\R+", " ");
            return mapper.writeValueAsBytes(Map.of("error", line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a text is always JSON", e);
        }
    }
}
