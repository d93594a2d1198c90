/**
 * Server-Sent Events (WHATWG HTML, section 9.2): subscribers, and how records are delivered to them.
 *
 * <p>There is one {@link io.letterbox.sse.SseDelivery} per event loop, and everything that it makes belongs to that
 * loop: feeds, subscribers, caches, the timer wheel. Nothing is shared between loops but the count of subscribers.
 *
 * <p>A stream can be a member of a consumer group; then its share of the partitions changes while it is open, and the
 * group's coordinator, not a cursor, holds its position.
 *
 * <p>A subscriber is a response and a cursor. This package never queues records for a subscriber, never waits for a
 * slow reader, never touches a file, and never skips missing records silently: it sends a gap event.
 */
package io.letterbox.sse;
