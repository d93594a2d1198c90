/**
 * The states of a partition's idempotent and transactional producers (KIP-98, KIP-360, KIP-890): which batch is a
 * repetition, which one leaves a gap, which producer is fenced, and the last stable offset.
 *
 * <p>Owned by the thread that owns the log. No class here uses a file or a clock: the log reports the appended batches
 * and writes the snapshots.
 */
package io.letterbox.log.producers;
