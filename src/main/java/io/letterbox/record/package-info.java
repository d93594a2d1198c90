/**
 * Record batches v2, the one format on the wire, on disk and in memory: read, build, validate.
 *
 * <p>Pure: views over buffers that their callers own. No class here does I/O, reads a clock or keeps state between
 * calls.
 */
package io.letterbox.record;
