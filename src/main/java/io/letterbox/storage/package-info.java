/**
 * The shell round the log and the replica core: one {@link io.letterbox.storage.StorageVerticle} per shard performs what
 * the pure rooms decide.
 *
 * <p>A shard is one worker context. It is the single writer of its partitions: it alone appends, truncates and deletes,
 * in the order in which messages reach it; what it has prepared to be forced may be forced by other threads. Reads come from any thread through
 * {@link io.letterbox.storage.LogAccess} and see only what a shard has published. Nothing here speaks a protocol, and
 * nothing here runs on an event loop except the completion of futures.
 */
package io.letterbox.storage;
