package io.letterbox.bus;

import java.util.List;

/**
 * The appends that one turn of an event loop has for one shard, in their order. The shard has appended all of them before
 * it commits the first, so that they share one commit however fast it is.
 *
 * @param appends each is answered for itself; given away
 */
public record Appends(List<Append> appends) {}
