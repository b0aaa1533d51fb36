// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;

/** Questions to a worker whose answer may be that a backend cannot. */
final class OnWorker {
    private OnWorker() {}

    /** Runs on the worker's thread. */
    @FunctionalInterface
    interface Question<T> {
        T ask() throws BackendException;
    }

    /** Carries a checked exception through the worker. */
    private static final class Carrier extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final BackendException carried;

        Carrier(BackendException carried) {
            super(carried);
            this.carried = carried;
        }
    }

    /** Waits for the answer. Any thread but the worker's. */
    static <T> T call(Worker worker, Question<T> question) throws BackendException {
        try {
            return worker.call(
                    () -> {
                        try {
                            return question.ask();
                        } catch (BackendException e) {
                            throw new Carrier(e);
                        }
                    });
        } catch (Carrier carrier) {
            throw carrier.carried;
        }
    }

    /** The same for an operator. */
    static <T> T ask(Worker worker, Question<T> question) throws ControlException {
        try {
            return call(worker, question);
        } catch (BackendException e) {
            throw new ControlException(e.getMessage(), e);
        }
    }
}
