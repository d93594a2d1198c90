/**
 * Server-Sent Events (WHATWG HTML, section 9.2): subscribers, and how records get to them.
 *
 * <p>There is one {@link io.letterbox.sse.SseDelivery} per event loop, and everything that it makes belongs to that
 * loop: feeds, subscribers, caches, the timer wheel. Nothing is shared between loops but the count of subscribers.
 *
 * <p>A stream can be a member of a consumer group; then its share of the partitions changes while it is open, and the
 * group's coordinator, not a cursor, remembers where it has got to.
 *
 * <p>A subscriber is a response and a cursor. This room never keeps a queue of records for anybody, never waits for a
 * slow reader, never touches a file, and never says nothing where records are missing: it sends a gap event.
 */
package io.letterbox.sse;
