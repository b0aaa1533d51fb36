// SPDX-License-Identifier: Apache-2.0
package io.vrio.bench;

import io.vrio.bench.verify.DiskModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A file that alternatives serve, and what is known of its content. */
final class Disk {
    private final Path file;
    private final DiskModel model;
    private boolean isFilled;

    private Disk(Path file, long length) {
        this.file = file;
        model = new DiskModel((int) (length / DiskModel.BLOCK_LENGTH));
    }

    /** A disk whose file exists. */
    static Disk of(Path file) {
        return new Disk(file, file.toFile().length());
    }

    /** Another one of the same length, beside it. */
    Disk sibling(String name) {
        Path other = file.resolveSibling(file.getFileName() + "." + name);
        try (RandomAccessFile created = new RandomAccessFile(other.toFile(), "rw")) {
            created.setLength(file.toFile().length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(other);
    }

    Path file() {
        return file;
    }

    DiskModel model() {
        return model;
    }

    /** Writes it once from end to end, so that every later read can be judged. */
    void fill(Deployment deployment) {
        if (!isFilled) {
            LoadRun.fill(deployment.guest().queue(0), deployment.verifier(), model);
            isFilled = true;
        }
    }
}
