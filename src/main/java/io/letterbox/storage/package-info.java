/**
 * The shell around the log and the replica core: one {@link io.letterbox.storage.StorageVerticle} per shard performs
 * what the pure packages decide.
 *
 * <p>A shard is one worker context. It is the single writer of its partitions: it alone appends, truncates and deletes,
 * in the order in which messages reach it; forces that it has prepared may run on other threads. Reads come from any
 * thread through {@link io.letterbox.storage.LogAccess} and see only what a shard has published. No class here speaks a
 * protocol, and only the completion of futures runs on event loops.
 */
package io.letterbox.storage;
