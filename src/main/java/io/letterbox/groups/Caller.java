package io.letterbox.groups;

import io.letterbox.access.Principal;

/**
 * Who asks.
 *
 * @param clientId what the client calls itself; never null, may be empty
 * @param host the address that it comes from, as Kafka shows it: {@code /127.0.0.1}
 * @param principal in whose name
 * @param version the version of the request, which decides about some of the protocol's rules
 */
public record Caller(String clientId, String host, Principal principal, short version) {}
