package io.letterbox.log;

import java.nio.ByteBuffer;

/**
 * What a read found.
 *
 * @param batches zero or more whole record batches between position and limit, in a heap buffer of their own
 * @param nextOffset where to read on; beyond the last record in {@code batches} where compaction left a gap up to it
 */
public record LogRead(ByteBuffer batches, long nextOffset) {}
