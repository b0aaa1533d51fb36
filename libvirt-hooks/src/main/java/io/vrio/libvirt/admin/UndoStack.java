// SPDX-License-Identifier: Apache-2.0
package io.vrio.libvirt.admin;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** What was done so far, and how each of it is taken back: the last one first. One thread. */
final class UndoStack {
    /** Takes back one step. */
    @FunctionalInterface
    interface Undo {
        void undo() throws AdminException;
    }

    private final Deque<Undo> steps = new ArrayDeque<>();

    void push(Undo step) {
        steps.push(step);
    }

    /** Takes all back, whatever fails of it, and returns why it was necessary, and what is left. */
    AdminException after(AdminException reason) {
        List<String> failures = new ArrayList<>();
        while (!steps.isEmpty()) {
            try {
                steps.pop().undo();
            } catch (AdminException e) {
                failures.add(e.getMessage());
            }
        }
        String left =
                failures.isEmpty()
                        ? "; nothing is left of it"
                        : "; and it could not be undone: " + String.join("; ", failures);
        return new AdminException(reason.getMessage() + left, reason);
    }
}
