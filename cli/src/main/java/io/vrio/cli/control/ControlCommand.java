// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.control;

/** Answers one kind of request. Called on the control thread, one request at a time. */
@FunctionalInterface
public interface ControlCommand {
    /**
     * Takes all arguments, then ends them, before it changes anything.
     *
     * @return what Jackson writes as the answer: maps, lists, texts, numbers, truth values
     */
    Object answer(ControlArguments arguments) throws ControlException;
}
