/**
 * What a partition knows of the producers that number their records, and of their transactions (KIP-98, KIP-360, KIP-890):
 * which batch is a repetition, which one leaves a gap, who is fenced, up to where everything is decided.
 *
 * <p>Owned by the thread that owns the log. Nothing here touches a file or a clock: the log tells what was appended, and
 * keeps what has to be kept.
 */
package io.letterbox.log.producers;
