// SPDX-License-Identifier: Apache-2.0
package io.vrio.server.worker;

import io.vrio.common.agent.Worker;
import io.vrio.common.agent.WorkerFullException;

/**
 * A device at a worker that it moves from, or to, with what is behind it.
 *
 * @param behind goes with it
 */
record DevicePlace(RestingAgent<DeviceAgent> device, Worker worker, Handover behind)
        implements MovePlace {
    @Override
    public boolean canLeave() {
        return device.ask(DeviceAgent::canLeave);
    }

    @Override
    public void leave() {
        device.tell(DeviceAgent::leave);
        // What is behind it goes last: whatever fails before, this is tried again.
        behind.leave();
        device.leave();
    }

    @Override
    public void join() throws WorkerFullException {
        behind.join(worker);
        device.join(worker);
        device.tell(DeviceAgent::join);
    }

    @Override
    public void stay() {
        device.tell(DeviceAgent::stay);
    }

    @Override
    public void end(Exception reason) {
        device.tell(agent -> agent.end(reason));
    }

    @Override
    public void execute(Runnable command) {
        worker.execute(command);
    }
}
