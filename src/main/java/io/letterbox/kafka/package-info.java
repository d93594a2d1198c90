/**
 * The door for Kafka clients: connections, frames, and the requests that every client begins with (ApiVersions, Metadata,
 * FindCoordinator, Produce). The other requests live in packages below this one; {@link io.letterbox.kafka.ApiTable}
 * puts them together.
 *
 * <p>Everything of a connection, and every handler, is owned by one event loop; {@link
 * io.letterbox.kafka.KafkaBackend} is what the loops share. This room never blocks, never touches a file, and never
 * advertises a version that it does not serve.
 */
package io.letterbox.kafka;
