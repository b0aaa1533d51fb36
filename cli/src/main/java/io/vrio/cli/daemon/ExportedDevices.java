// SPDX-License-Identifier: Apache-2.0
package io.vrio.cli.daemon;

import io.vrio.backends.block.BackendException;
import io.vrio.backends.iohyp.DeviceRegistry;
import io.vrio.cli.control.ControlException;
import io.vrio.common.agent.Worker;
import java.util.List;

/**
 * The devices of one kind that an IOhyp has, on whichever worker each is. Control thread.
 *
 * @param <S> tells of one
 * @param <R> those of one worker
 */
interface ExportedDevices<S, R extends DeviceRegistry<S>> {
    /** Asked on the worker that has the device. */
    @FunctionalInterface
    interface Question<R, T> {
        T ask(R registry) throws BackendException;
    }

    /** All by name. */
    List<S> list() throws ControlException;

    /** What concerns one device, which need not be there. */
    <T> T ask(String name, Question<R, T> question) throws ControlException;

    /** All of them on one worker. */
    static <S, R extends DeviceRegistry<S>> ExportedDevices<S, R> on(Worker worker, R registry) {
        return new ExportedDevices<>() {
            @Override
            public List<S> list() throws ControlException {
                return OnWorker.ask(worker, registry::list);
            }

            @Override
            public <T> T ask(String name, Question<R, T> question) throws ControlException {
                return OnWorker.ask(worker, () -> question.ask(registry));
            }
        };
    }
}
