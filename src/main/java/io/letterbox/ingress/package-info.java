/**
 * What the two doors for publishers, REST and Kafka, have in common: the budget of bytes that all requests together may
 * hold, and the time that one transfer may take.
 *
 * <p>Shared by all event loops and therefore safe from any thread. Knows no protocol and no topic.
 */
package io.letterbox.ingress;
