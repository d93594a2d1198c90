/**
 * Publishing within the server: it looks topics up, chooses partitions, and gathers the records that one iteration of
 * an event loop has for a partition into one record batch. The doors use it, and so can the server itself.
 *
 * <p>The path of a record: {@link io.letterbox.publishing.PublishTargets} → {@link io.letterbox.publishing.Placement} →
 * one batch of {@link io.letterbox.publishing.PublishBatcher} → {@link io.letterbox.bus.Partitions}, and its offset
 * comes back the same way. {@link io.letterbox.publishing.RecordPublisher} does all of this for single records.
 *
 * <p>Everything here is owned by the event loop that publishes. It never blocks, and knows no door.
 */
package io.letterbox.publishing;
