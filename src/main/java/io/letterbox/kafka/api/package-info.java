/**
 * What the APIs of Kafka's protocol share: a request as its handler gets it, the connection that it came through, the
 * response and how one with records is encoded, and the cluster in the words of the protocol. The connections are in
 * the package above, the APIs in those beside this one; this package knows neither.
 *
 * <p>Owned by the event loop of the connection. Never blocks and never touches a file.
 */
package io.letterbox.kafka.api;
