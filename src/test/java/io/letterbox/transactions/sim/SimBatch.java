package io.letterbox.transactions.sim;

/**
 * A batch of one record.
 *
 * @param value what the record says; no two are equal
 */
record SimBatch(int partition, long producerId, short epoch, int sequence, int value) {}
