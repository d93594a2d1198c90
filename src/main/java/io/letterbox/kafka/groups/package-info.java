/**
 * How Kafka clients take part in consumer groups; the decisions are made by the coordinators behind
 * {@link io.letterbox.bus.Coordinators}.
 *
 * <p>Owned by the event loop of the connection. Never blocks and never touches a file.
 */
package io.letterbox.kafka.groups;
