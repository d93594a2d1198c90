/**
 * What the doors have in common: the services that they are made of, the budget of bytes that all requests together may
 * hold, and the time that one transfer may take.
 *
 * <p>Shared by all event loops and therefore safe from any thread. Knows no protocol and no topic.
 */
package io.letterbox.ingress;
