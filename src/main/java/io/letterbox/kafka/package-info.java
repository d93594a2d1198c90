/**
 * The server for Kafka clients: connections, frames, and the APIs that every client begins with (ApiVersions, Metadata,
 * FindCoordinator, Produce). The other APIs are in packages below this one, and what all APIs share is in
 * {@code kafka.api}; {@link io.letterbox.kafka.ApiTable} puts them together.
 *
 * <p>A connection and every handler are owned by one event loop; {@link io.letterbox.ingress.DoorServices} is what the
 * event loops share. This package never blocks, never touches a file, and never advertises a version that it does not
 * serve.
 */
package io.letterbox.kafka;
