/**
 * How Kafka clients administer topics, settings and the cluster.
 *
 * <p>Owned by the event loop of the connection. Never blocks and never touches a file.
 */
package io.letterbox.kafka.admin;
