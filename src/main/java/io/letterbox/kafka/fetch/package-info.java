/**
 * How Kafka clients read the log: Fetch and the APIs that look up offsets.
 *
 * <p>Owned by the event loop of the connection. Never blocks and never touches a file.
 */
package io.letterbox.kafka.fetch;
