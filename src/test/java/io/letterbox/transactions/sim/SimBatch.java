package io.letterbox.transactions.sim;

/**
 * A batch of one record.
 *
 * @param value the record's value, which is unique
 */
record SimBatch(int partition, long producerId, short epoch, int sequence, int value) {}
