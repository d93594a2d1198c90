/**
 * Readers of partitions within the server: they wait for a commit to move a partition, and read on from memory or from
 * the log. All doors use them.
 *
 * <p>Everything here is owned by the event loop that reads. It never blocks, and knows no door.
 */
package io.letterbox.reading;
