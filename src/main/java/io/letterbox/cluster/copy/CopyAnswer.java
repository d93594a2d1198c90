package io.letterbox.cluster.copy;

import io.vertx.core.buffer.Buffer;

/** What a node answers that has a replica's files. It refuses in words what it cannot do. */
public sealed interface CopyAnswer {
    /**
     * The files stay as they are until {@link CopyRequest.Release}, or until nothing was read for a while.
     *
     * @param copy the id of the pin, not 0
     * @param manifestBytes the length of the {@link CopyManifest}
     */
    record Pinned(long copy, long manifestBytes) implements CopyAnswer {}

    /**
     * Some bytes of a file, from the offset that was asked for.
     *
     * @param ends whether the file ends behind them. It may be shorter than the manifest says, never longer: what lay
     *     above the checkpoint was cut meanwhile
     * @param bytes as many as were asked for, unless the file ends
     */
    record Range(boolean ends, Buffer bytes) implements CopyAnswer {}

    /** Nothing is pinned. */
    record Released() implements CopyAnswer {}
}
