package io.letterbox.groups;

/**
 * The client of a request.
 *
 * @param clientId the client's id; never null, may be empty
 * @param host the client's address, as Kafka shows it: {@code /127.0.0.1}
 * @param version the version of the request, on which some rules of the protocol depend
 */
public record Caller(String clientId, String host, short version) {}
