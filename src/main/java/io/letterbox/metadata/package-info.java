/**
 * The metadata that the cluster has agreed on: topics, their settings, and the leaders of partitions. Pure: commands go
 * in, images come out; only {@code LocalMetadataLog} has a file, through {@link io.letterbox.disk.Disk}.
 *
 * <p>Images are immutable and safe on any thread. This package never reads a clock, draws a random number or changes a
 * partition: it decides the desired state, and the storage brings it about.
 */
package io.letterbox.metadata;
