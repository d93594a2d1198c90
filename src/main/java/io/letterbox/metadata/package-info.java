/**
 * What the cluster has agreed on: topics, their settings, who leads what. Pure: commands go in, images come out; the
 * only file is the one that {@code LocalMetadataLog} keeps through the disk seam of {@code log}.
 *
 * <p>Images are immutable and safe on any thread. This room never reads a clock, never draws a random number and never
 * does anything to a partition: it says what should be, the storage makes it so.
 */
package io.letterbox.metadata;
