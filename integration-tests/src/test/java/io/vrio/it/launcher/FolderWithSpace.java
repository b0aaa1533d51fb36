// SPDX-License-Identifier: Apache-2.0
package io.vrio.it.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes temporary folders whose name breaks a script that forgets its quotes. */
final class FolderWithSpace implements TempDirFactory {
    @Override
    public Path createTempDirectory(
            AnnotatedElementContext element, ExtensionContext extensionContext) throws IOException {
        return Files.createTempDirectory("with space").toRealPath();
    }
}
