package io.letterbox.log;

import java.nio.ByteBuffer;

/**
 * The result of a read.
 *
 * @param batches zero or more whole record batches between position and limit, in a heap buffer of their own
 * @param nextOffset the offset at which to read on; beyond the last record in {@code batches} if compaction left a gap
 *     there
 */
public record LogRead(ByteBuffer batches, long nextOffset) {}
